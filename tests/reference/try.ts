import { ensurePython } from "../../local/toolchain/python";
import { join } from "node:path";
void ensurePython(join(__dirname, "requirements.txt"), console.log).then(console.log);
