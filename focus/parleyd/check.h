/**
 * @file focus/parleyd/check.h  What -t looks at beside the text of the file
 *
 * Addresses that can be bound, ports that are free, files that can be read:
 * all that parleyd would find in its way when it starts, without starting.
 * Main thread.
 */
#ifndef PARLEY_FOCUS_PARLEYD_CHECK_H
#define PARLEY_FOCUS_PARLEYD_CHECK_H

#include <stdio.h>

struct options;

/**
 * Check the configuration, and print each problem as "FILE:LINE: key: words",
 * with "note: " before words on what may be as it is. What the parleyd that
 * serves the same control_socket has in use is a note
 *
 * @param o Of the command line
 * @return The exit status: 0 there is no problem
 */
int check_configuration(const struct options *o);

#endif
