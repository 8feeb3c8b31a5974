/** Sluice inside a small app: a page that makes what is missing and shows it. */
import { createServer } from "node:http";
import process from "node:process";
import { createOrchestrator, dailyPartitions, defineAsset, definitions } from "sluice";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-31" });
const sales = defineAsset({
  key: "sales",
  partitions: days,
  run: ({ partition }) => partition.key.length * 100,
});

const sluice = createOrchestrator(definitions({ assets: [sales] }), { folder: ".sluice/embed" });

const server = createServer(async (request, response) => {
  const day = new URL(request.url ?? "/", "http://localhost").searchParams.get("day") ?? "2026-01-01";
  try {
    await sluice.materialize(sales, { partitions: day });
    response.end(JSON.stringify({ day, sales: await sluice.load(sales, day) }));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
const port = Number(process.env.PORT ?? 8080);
server.listen(port, "127.0.0.1", () => console.log(`listening on ${port}`));
process.on("SIGTERM", () => server.close(() => sluice.close().then(() => console.log("closed"))));
