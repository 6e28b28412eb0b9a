/**
 * @file child.c  What there is no way back from, tried in another process
 */
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/focus/privileges/child.h"
#include "tests/unit/unit.h"


int in_child(int (*h)(void))
{
	pid_t child = fork();
	int status = 0;

	CU_ASSERT_TRUE_FATAL(child >= 0);
	if (!child)
		_exit(h());
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
