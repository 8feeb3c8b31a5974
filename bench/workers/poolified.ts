/** The task of poolifier, whose workers are objects. */
import { ThreadWorker } from "poolifier";

export default new ThreadWorker<number, number>((value) => value ?? 0);
