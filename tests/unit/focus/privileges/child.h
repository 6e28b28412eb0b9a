/**
 * @file child.h  What there is no way back from, tried in another process
 */
#ifndef PARLEY_TESTS_CHILD_H
#define PARLEY_TESTS_CHILD_H

/** @return what it exits with, h's result; -1: it was killed */
int in_child(int (*h)(void));

#endif
