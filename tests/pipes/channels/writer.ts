/** One of several processes that append to one file. */
import process from "node:process";
import { openFileChannel } from "../../../src/pipes/channels/file.ts";
import { formatMessage } from "../../../src/pipes/wire/message.ts";

const [path, name] = process.argv.slice(2);
const channel = openFileChannel(path);
for (let index = 0; index < 250; index++) {
  const payload = { name, index, text: name.repeat((index * 37) % 5000) };
  channel.write(formatMessage("report_custom_message", { payload }));
}
await channel.close();
