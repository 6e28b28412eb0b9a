/**
 * @file focus/cli/cli_private.h  The parley command, inside
 *
 * A program of its own that talks to parleyd over the control socket
 * (signaling/control/control.h) and links nothing of ours.
 */
#ifndef PARLEY_FOCUS_CLI_CLI_PRIVATE_H
#define PARLEY_FOCUS_CLI_CLI_PRIVATE_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

/** Exit statuses; documented in --help and parley(1) */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1, /**< refused, ambiguous, failed */
	CLI_USAGE = 2,
	CLI_NO_SERVER = 3,
	CLI_NOT_FOUND = 4, /**< no such conference or person */
};

/** What stands before the verb */
struct cli {
	const char *socket; /**< -s, NULL: look for it */
	bool json;
};

/** How verbs look, what they take and how their answers are shown */
struct cli_verb {
	const char *name, *alias;
	const char *args;    /**< for people: "NAME WHO" */
	const char *members; /**< of the command, in order; ? = optional,
				  ... = all that follows */
	const char *help;
	const char *example;
	void (*print)(const json_t *reply);
	int (*run)(const struct cli *cli, const json_t *command); /**< instead
					  of one question and one answer */
};

/* ---- cli_link.c: the connection */

struct cli_link;

/** @return CLI_OK, CLI_NO_SERVER (told on stderr) */
int cli_link_open(struct cli_link **lp, const struct cli *cli);
void cli_link_close(struct cli_link *l);

/** For poll() */
int cli_link_fd(const struct cli_link *l);

/** @return false: the server is gone */
bool cli_link_send(struct cli_link *l, const json_t *command);

/** Next line; blocks. NULL: the server is gone. New reference */
json_t *cli_link_receive(struct cli_link *l);

/** A whole line is here already */
bool cli_link_ready(const struct cli_link *l);

/** Send, receive; NULL: the server is gone (told on stderr) */
json_t *cli_link_ask(struct cli_link *l, const json_t *command);

/* ---- cli_table.c: aligned columns */

struct cli_table;

/** Bytes of the characters that fit into `max` places on the screen; wide
 *  characters take two, marks none
 *
 *  @param used Set to the places they take
 */
size_t cli_fit(const char *text, int max, int *used);

struct cli_table *cli_table_new(void);

/** Begin a row; then its cells. Text of peers is made harmless */
void cli_table_row(struct cli_table *t);
void cli_table_cell(struct cli_table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** On a narrow terminal this column, from 0, gives way first */
void cli_table_spare(struct cli_table *t, int column);

/** Print and free; on a terminal no wider than it, and aligned there whatever
 *  width it gives to emoji
 *
 *  @param rows_max How many of the rows may be shown; 0: all
 */
void cli_table_print(struct cli_table *t, unsigned rows_max);

/* ---- cli_print.c: answers for people */

/** A string member made harmless for a terminal; a static buffer, valid for
 *  the next three calls */
const char *cli_string(const json_t *o, const char *key);
json_int_t cli_integer(const json_t *o, const char *key);
bool cli_true(const json_t *o, const char *key);

void cli_print_list(const json_t *reply);
void cli_print_show(const json_t *reply);
/** The same with a heading and so many rows at most; 0: all */
void cli_print_people(const json_t *reply, unsigned rows_max);
void cli_print_stats(const json_t *reply);
void cli_print_changed(const json_t *reply);
void cli_print_verbs(const json_t *reply);

/** "5 s", "12 min", "3 h 4 min" since a Unix time in ms */
const char *cli_since(json_int_t unix_ms);

/** One event as a line */
void cli_print_event(FILE *out, const json_t *event);

/* ---- cli_chat.c */

void cli_print_chat(const json_t *reply);

/** What somebody has written, made harmless for a terminal: its lines are one
 *  below the other, behind `indent` blanks but the first */
void cli_print_text(FILE *out, const json_t *message, int indent);

/* ---- cli_watch.c */

int cli_watch(const struct cli *cli, const json_t *command);

/* ---- cli_invite.c */

/** With "wait" in the command until somebody is in or cannot be had */
int cli_invite(const struct cli *cli, const json_t *command);

/* ---- cli_user.c */

int cli_conference(const struct cli *cli, const json_t *command);
int cli_user(const struct cli *cli, const json_t *command);

/* ---- cli.c */

/** One question and its answer, shown by `print` (may be NULL) or as JSON.
 *  @return exit status */
int cli_ask(const struct cli *cli, const json_t *command,
	    void (*print)(const json_t *reply));

/** Print an answer's error; @return exit status */
int cli_report(const json_t *reply);

#endif
