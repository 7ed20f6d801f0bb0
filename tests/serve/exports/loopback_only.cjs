// Preloaded into Portkey's gateway by portkey_gateway.py: whatever it listens on, it is reached from
// this machine only.
const { Server } = require("net");

const listen = Server.prototype.listen;
Server.prototype.listen = function (first, ...rest) {
  const port = typeof first === "object" && first !== null ? first.port : first;
  const done = rest.find((one) => typeof one === "function");
  return listen.call(this, { port, host: "127.0.0.1" }, done);
};
