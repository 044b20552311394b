/** Lines that are printed once it is clear that they are worth it. */
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
