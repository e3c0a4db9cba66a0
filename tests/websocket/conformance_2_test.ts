import { conformanceOverWebSocket } from "./_conformance.ts";

await conformanceOverWebSocket(1, 4);
