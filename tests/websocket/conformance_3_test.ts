import { conformanceOverWebSocket } from "./_conformance.ts";

await conformanceOverWebSocket(2, 4);
