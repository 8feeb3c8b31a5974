/** Sluice left alone: a schedule, a condition, and a request over HTTP start what they have to, each thing once. */
import process from "node:process";
import { condition, createOrchestrator, defineAsset, defineSchedule, definitions } from "sluice";
import { createApp, defineHttpTrigger, listen } from "sluice/server";

const rate = defineAsset({ key: "rate", run: () => 1 + new Date().getUTCSeconds() / 100 });
const prices = defineAsset({
  key: "prices",
  deps: { rate },
  automation: condition.eager, // whenever the rate was made
  run: ({ inputs }) => ({ bread: 3 * inputs.rate, milk: 2 * inputs.rate }),
});
const often = defineSchedule({ name: "often", cron: "* * * * * *", target: rate });

const sluice = createOrchestrator(definitions({ assets: [rate, prices], schedules: [often] }), {
  folder: ".sluice/alone",
});
const onDemand = defineHttpTrigger({
  name: "prices",
  target: "+prices",
  outputs: [prices],
  respond: "result",
});
const app = createApp(sluice, { tokens: { shop: "a-token-for-the-example" }, triggers: [onDemand] });
const server = await listen(app, { port: Number(process.env.PORT ?? 8080) });

sluice.subscribe((events) => {
  for (const { type, payload } of events) {
    if (type === "tick_recorded") console.log(payload.trigger, payload.status);
  }
});
await sluice.start();
console.log(`listening at ${server.url}`);

process.on("SIGTERM", async () => {
  await server.close();
  await sluice.close();
  console.log("closed");
});
