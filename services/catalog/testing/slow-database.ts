/**
 * A way to a server by which every reply is late. It is a process of its own, and knows no HTTP, so
 * that it costs next to nothing.
 */
import { type AddressInfo, connect, createServer } from "node:net";

const [target = "", delayMs = "0"] = process.argv.slice(2);
const port = Number(new URL(target).port);

const server = createServer((client) => {
  const database = connect(port, "127.0.0.1");
  client.on("data", (data) => database.write(data));
  database.on("data", (data) => setTimeout(() => client.write(data), Number(delayMs)));
  for (const [socket, other] of [
    [client, database],
    [database, client],
  ] as const) {
    socket.on("error", () => other.destroy());
    socket.on("close", () => other.destroy());
  }
});
server.listen(0, "127.0.0.1", () => {
  console.log(`slow database at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
