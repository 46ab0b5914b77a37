/* `ppcemu-test vectors`, `decode`, `run`: each takes the arguments behind its name and returns the
 * program's exit status: 0 fine, 1 something differs, 2 bad usage or input. */
#ifndef FRONTEND_TEST_VECTORS_H
#define FRONTEND_TEST_VECTORS_H

enum { EXIT_SAME = 0, EXIT_DIFFERS = 1, EXIT_BAD = 2 };

/* One a host CPU. */
unsigned default_jobs(void);

int test_vectors(int argc, char **argv);
int test_decode(int argc, char **argv);
int test_run(int argc, char **argv);
int test_lockstep(int argc, char **argv);
int test_lockstep_machine(int argc, char **argv); /* lockstep --machine */

#endif
