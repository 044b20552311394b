/** Something that must be on the machine and is not. */
export class Missing extends Error {
  constructor(what: string, remedy: string) {
    super(`${what} is missing: ${remedy}`);
    this.name = "Missing";
  }
}
