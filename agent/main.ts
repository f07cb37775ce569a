// The agent's entry.
process.stdout.write("pilotfish agent\n");
