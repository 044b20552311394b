/** Printed lines that wait for their release: what comes before them must be out first. */
export class HeldLines {
  #held: string[] | undefined = [];

  print(line: string): void {
    if (this.#held === undefined) console.log(line);
    else this.#held.push(line);
  }

  release(): void {
    for (const line of this.#held ?? []) console.log(line);
    this.#held = undefined;
  }
}
