/** Brings the words of the lazy screens; each of them imports this. */
import { enInside } from "./en-inside";
import { esInside } from "./es-inside";
import { addWords } from "./translate";

addWords("es-CL", esInside);
addWords("en-US", enInside);
