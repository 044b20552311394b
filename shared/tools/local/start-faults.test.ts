import { expect } from "chai";
import { explainPort, StartFault } from "./start-faults.ts";

describe("explainPort", () => {
  const fault = (code: string) => Object.assign(new Error("listen"), { code });

  it("names a port that is free for the one who runs npm start", () => {
    const reserved = explainPort(80, fault("EACCES"));
    expect(reserved).to.be.instanceOf(StartFault);
    expect((reserved as Error).message).to.match(/^Port 80 is reserved.*PORT=8080 npm start$/);
    const taken = explainPort(8_080, fault("EADDRINUSE"));
    expect((taken as Error).message).to.match(/^Port 8080 is in use.*PORT=8081.* npm start$/);
  });

  it("leaves any other fault as it is", () => {
    const other = fault("EMFILE");
    expect(explainPort(80, other)).to.equal(other);
  });
});
