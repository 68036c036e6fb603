#include "cli/commands.h"

int main(int argc, char** argv) { return phiveil::cli::Main(argc, argv); }
