/** An error that the cell's code sees, under the name that it sees. */
export class GuestError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
