/** Why the engine does not take an event. Not acknowledged, it comes again where the network redelivers. */
export class EngineClosed extends Error {
  constructor(reason: string) {
    super(`The desk takes nothing: ${reason}.`);
    this.name = "EngineClosed";
  }
}
