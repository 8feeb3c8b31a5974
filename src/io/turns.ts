/** Jobs at one place follow one another, in the order in which they came; jobs at different places do not wait. */
export class Turns {
  /** The last job at each place that is not done. */
  readonly #jobs = new Map<string, Promise<unknown>>();

  /** Does a job when those before it at the same place are done, whatever became of them. */
  take<T>(place: string, job: () => Promise<T>): Promise<T> {
    const before = this.#jobs.get(place);
    const done = before ? before.then(job, job) : job();
    this.#jobs.set(place, done);
    const forget = () => {
      if (this.#jobs.get(place) === done) this.#jobs.delete(place);
    };
    done.then(forget, forget);
    return done;
  }
}
