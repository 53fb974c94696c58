/** Brings the words of the lazy screens; each of them imports this. */
import { enInside } from "./en-inside";
import { enJobs } from "./en-jobs";
import { enOrders } from "./en-orders";
import { esInside } from "./es-inside";
import { esJobs } from "./es-jobs";
import { esOrders } from "./es-orders";
import { addWords } from "./translate";

addWords("es-CL", { ...esInside, ...esJobs, ...esOrders });
addWords("en-US", { ...enInside, ...enJobs, ...enOrders });
