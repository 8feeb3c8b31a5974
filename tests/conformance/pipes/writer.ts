/** One of several processes that write to the same channel. */
import process from "node:process";
import { openFileChannel } from "../../../src/pipes/channels/file.ts";
import { findBootstrap } from "../../../src/pipes/wire/bootstrap.ts";
import { formatMessage } from "../../../src/pipes/wire/message.ts";

const [name, count] = process.argv.slice(2);
const path = findBootstrap()?.messages.path;
const channel = openFileChannel(String(path));
for (let index = 0; index < Number(count); index++) {
  const payload = { name, index, text: name.repeat((index * 37) % 5000) };
  channel.write(formatMessage("report_custom_message", { payload }));
}
await channel.close();
