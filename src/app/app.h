/* app: wiring. The list of features in the order of the data's way, the command line, the
 * configuration, the demo network. Nothing but main includes it. */
#ifndef APP_APP_H
#define APP_APP_H

/* Runs one command line; gives the exit code. `environ_rows` as main gets it. */
int app_main(int argc, char **argv, char **environ_rows);

#endif
