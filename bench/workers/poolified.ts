/** The task of poolifier, whose workers are objects. */
import { ThreadWorker } from "poolifier";

export default new ThreadWorker<{ readonly value: number }, number>((data) => data?.value ?? 0);
