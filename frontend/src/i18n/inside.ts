/** Brings the words of the lazy screens; each of them imports this. */
import { enInside } from "./en-inside";
import { enJobs } from "./en-jobs";
import { esInside } from "./es-inside";
import { esJobs } from "./es-jobs";
import { addWords } from "./translate";

addWords("es-CL", { ...esInside, ...esJobs });
addWords("en-US", { ...enInside, ...enJobs });
