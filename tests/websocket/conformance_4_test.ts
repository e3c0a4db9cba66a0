import { conformanceOverWebSocket } from "./_conformance.ts";

await conformanceOverWebSocket(3, 4);
