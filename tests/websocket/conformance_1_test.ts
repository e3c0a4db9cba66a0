import { conformanceOverWebSocket } from "./_conformance.ts";

await conformanceOverWebSocket(0, 4);
