import Glibc
import Platform

// Before any thread exists: all of them inherit the mask.
Signals.block()
exit(Program.run(CommandLine.arguments.dropFirst()))
