#ifndef PHIVEIL_CLI_STOP_H_
#define PHIVEIL_CLI_STOP_H_

// Stopping on SIGINT and SIGTERM: the first one asks for a clean stop at the next record, a second
// one of the same kind kills as usual.

namespace phiveil::cli {

// Also ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file size limit are write errors.
void InstallStopHandlers();

bool StopRequested();
void RequestStop();

// As if none had been requested, for a process that runs more than once (the tests do).
void ClearStop();

// Readable once a stop is requested; to be polled beside a descriptor that may block.
int StopDescriptor();

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_STOP_H_
