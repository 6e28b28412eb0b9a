/**
 * @file name_server.h  A name server of a few rows, in the test's process
 */
#ifndef PARLEY_TESTS_NAME_SERVER_H
#define PARLEY_TESTS_NAME_SERVER_H

#include "mixer/base/re.h"

enum { NAME_ROW_ADDRESSES = 4 };

/** What it says of a name */
struct name_row {
	const char *name;
	const char *addresses[NAME_ROW_ADDRESSES]; /**< of both families */
	bool drops_a, drops_aaaa; /**< questions that it never answers */
	unsigned late_ms;         /**< so long it takes */
	unsigned times; /**< questions that are answered, 0: all are */
};

struct name_server {
	struct udp_sock *us;
	struct sa address;
	const struct name_row *rows; /**< the last has no name */
	unsigned asked, asked_aaaa;
};

/** Names that are not among the rows do not exist. Fails the test without a
 *  socket */
void name_server_open(struct name_server *d, const struct name_row *rows);
void name_server_close(struct name_server *d);

#endif
