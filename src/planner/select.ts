/** From what a user selects to a set of assets. */
import type { Definitions } from "../model/definitions.ts";
import { SluiceError } from "../model/issue.ts";
import type { Selection } from "../model/job.ts";
