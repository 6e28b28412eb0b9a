/**
 * @file test_control.c  The control socket, over a real one
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "signaling/control/control.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"


struct control_room {
	char folder[32], inner[64], path[64];
	struct config *config;
	struct focus *focus;
	struct control *control;
	int fd;
	char got[CONTROL_LINE_MAX];
};


enum { ANSWER_MAX_MS = 5000, NOBODY = 65534 };


static void stop_h(void *arg)
{
	(void)arg;

	re_cancel();
}


/** The loop runs a moment, then what was said to us is in r->got */
static void turn(struct control_room *r)
{
	size_t len = 0;
	struct tmr tmr;
	ssize_t n;

	tmr_init(&tmr);
	tmr_start(&tmr, 10, stop_h, NULL);
	(void)re_main(NULL);

	while ((n = recv(r->fd, r->got + len, sizeof(r->got) - 1 - len,
			 MSG_DONTWAIT)) > 0)
		len += (size_t)n;
	r->got[len] = '\0';
}


static void dial_in(struct control_room *r)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", r->path);
	r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(
		connect(r->fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}


static void room_open(struct control_room *r)
{
	char override[128];
	const char *overrides[] = {override};
	struct config_error error;

	memset(r, 0, sizeof(*r));
	log_level_set(LOG_LEVEL_ERROR);
	(void)snprintf(r->folder, sizeof(r->folder), "/tmp/control-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(r->folder));
	(void)snprintf(r->inner, sizeof(r->inner), "%s/in", r->folder);
	(void)snprintf(r->path, sizeof(r->path), "%s/in/c.sock", r->folder);
	(void)snprintf(override, sizeof(override), "control_socket=%s",
		       r->path);
	CU_ASSERT_EQUAL_FATAL(
		config_load(&r->config, NULL, overrides, 1, &error), 0);
	CU_ASSERT_EQUAL_FATAL(focus_alloc(&r->focus, r->config), 0);
	CU_ASSERT_EQUAL_FATAL(control_alloc(&r->control, r->config, r->focus),
			      0);
	dial_in(r);
}


static void room_close(struct control_room *r)
{
	(void)close(r->fd);
	mem_deref(r->control);
	mem_deref(r->focus);
	mem_deref(r->config);

	/* it took its socket away, so the folder is empty */
	CU_ASSERT_EQUAL(rmdir(r->inner), 0);
	CU_ASSERT_EQUAL(rmdir(r->folder), 0);
}


static void answered_h(int flags, void *arg)
{
	(void)flags;
	(void)arg;

	re_cancel();
}


/** The loop runs until it says something or hangs up, however busy the
 *  machine is, and then a moment */
static void await_answer(struct control_room *r)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, unit_patience_ms(ANSWER_MAX_MS), stop_h, NULL);
	CU_ASSERT_EQUAL_FATAL(fd_listen(r->fd, FD_READ, answered_h, NULL), 0);
	(void)re_main(NULL);
	fd_close(r->fd);
	tmr_cancel(&tmr);
	turn(r);
}


static void say(struct control_room *r, const char *text, bool answered)
{
	CU_ASSERT(send(r->fd, text, strlen(text), MSG_NOSIGNAL) > 0);
	if (answered)
		await_answer(r);
	else
		turn(r);
}


static unsigned lines(const char *text)
{
	unsigned n = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}

	return n;
}


static void only_its_owner_may_use_it(void)
{
	struct control_room r;
	struct stat st;

	room_open(&r);
	CU_ASSERT_EQUAL(stat(r.path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	room_close(&r);
}


static void a_command_a_line(void)
{
	static const struct {
		const char *text, *answer;
		unsigned lines;
	} rows[] = {
		{"{\"verb\":\"list\"}\n", "{\"ok\":true,\"conferences\":[]}\n",
		 1},
		{"{\"verb\":\"list\"}\r\n{\"verb\":\"list\"}\n",
		 "{\"ok\":true,\"conferences\":[]}\n{\"ok\":true,", 2},
		{"\n\r\n{\"verb\":\"list\"}\n", "{\"ok\":true,", 1},
		{"{\"verb\":\"li", "", 0},
		{"st\"}\n", "{\"ok\":true,", 1},
		{"nonsense\n", "{\"ok\":false,\"code\":\"bad-request\"", 1},
		{"{\"verb\":\"list\",\"verb\":\"end\"}\n",
		 "{\"ok\":false,\"code\":\"bad-request\"", 1},
		{"{\"verb\":\"stats\"}\n", "{\"ok\":true,\"mixers\":", 1},
	};
	struct control_room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(&r, rows[i].text, rows[i].lines > 0);
		CU_ASSERT_FALSE(strncmp(r.got, rows[i].answer,
					strlen(rows[i].answer)));
		CU_ASSERT_EQUAL(lines(r.got), rows[i].lines);
	}
	room_close(&r);
}


static void watch_turns_it_into_a_stream(void)
{
	struct control_room r;

	room_open(&r);
	say(&r, "{\"verb\":\"watch\",\"conference\":\"demo\"}\n", true);
	CU_ASSERT_STRING_EQUAL(r.got, "{\"ok\":true}\n");
	say(&r, "{\"verb\":\"watch\"}\n", true);
	CU_ASSERT_FALSE(strncmp(r.got, "{\"ok\":false", 11));
	room_close(&r);
}


/** Is a timer of the loop about to wait for a command? */
static bool awaits_commands(void)
{
	char *status = NULL;
	bool awaits = false;

	CU_ASSERT_EQUAL_FATAL(re_sdprintf(&status, "%H", tmr_status, NULL), 0);
	for (const char *p = status; (p = strstr(p, "expire="));) {
		p += strlen("expire=");
		awaits |= strtoull(p, NULL, 10) > CONTROL_IDLE_MS - 60000;
	}
	mem_deref(status);

	return awaits;
}


/** A watcher may say nothing for long, also when it has said something */
static void a_watcher_has_time(void)
{
	struct control_room r;

	room_open(&r);
	say(&r, "{\"verb\":\"list\"}\n", true);
	CU_ASSERT_TRUE(awaits_commands());
	say(&r, "{\"verb\":\"watch\"}\n", true);
	CU_ASSERT_FALSE(awaits_commands());
	say(&r, "{\"verb\":\"list\"}\n", true);
	CU_ASSERT_EQUAL(lines(r.got), 1);
	CU_ASSERT_FALSE(awaits_commands());
	room_close(&r);
}


/** Who is told "ok" waits for events that never come */
static void watch_of_a_bad_name_is_refused(void)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{"{\"verb\":\"watch\",\"conference\":\"a b\"}\n", "not-found"},
		{"{\"verb\":\"watch\",\"conference\":\"\"}\n", "not-found"},
		{"{\"verb\":\"watch\",\"conference\":\"api\"}\n", "not-found"},
		{"{\"verb\":\"watch\",\"conference\":7}\n", "bad-request"},
		{"{\"verb\":\"stats\",\"conference\":7}\n", "bad-request"},
	};
	struct control_room r;
	char start[64];

	room_open(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(&r, rows[i].text, true);
		(void)snprintf(start, sizeof(start),
			       "{\"ok\":false,\"code\":\"%s\"", rows[i].code);
		CU_ASSERT_FALSE(strncmp(r.got, start, strlen(start)));
		CU_ASSERT_EQUAL(lines(r.got), 1);
	}

	/* and the connection is as it was */
	say(&r, "{\"verb\":\"watch\",\"conference\":\"demo\"}\n", true);
	CU_ASSERT_STRING_EQUAL(r.got, "{\"ok\":true}\n");
	room_close(&r);
}


static void an_endless_line_is_cut_off(void)
{
	static char line[CONTROL_LINE_MAX / 8];
	struct control_room r;
	char byte;

	memset(line, 'x', sizeof(line) - 1);
	room_open(&r);
	for (int i = 0; i < 9; i++)
		(void)send(r.fd, line, sizeof(line) - 1,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
	await_answer(&r);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.got, "too long"));
	CU_ASSERT(recv(r.fd, &byte, 1, MSG_DONTWAIT) <= 0);
	room_close(&r);
}


static void a_second_server_is_refused(void)
{
	struct control *second = NULL;
	struct control_room r;

	room_open(&r);
	log_level_set(LOG_LEVEL_ERROR);
	CU_ASSERT_EQUAL(control_alloc(&second, r.config, r.focus), EADDRINUSE);

	/* and took nothing away from the first */
	say(&r, "{\"verb\":\"list\"}\n", true);
	CU_ASSERT_EQUAL(lines(r.got), 1);
	room_close(&r);
}


/** What one that was killed leaves */
static void leave_socket(const struct control_room *r)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", r->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	CU_ASSERT_EQUAL(chmod(r->path, 0600), 0);
	(void)close(fd);
}


static void a_dead_servers_socket_is_replaced(void)
{
	struct control_room r;

	room_open(&r);
	r.control = mem_deref(r.control);
	(void)close(r.fd);
	leave_socket(&r);

	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), 0);
	dial_in(&r);
	say(&r, "{\"verb\":\"list\"}\n", true);
	CU_ASSERT_EQUAL(lines(r.got), 1);
	room_close(&r);
}


/** Root's, of whom nobody can tell whether he still serves it */
static void a_socket_of_another_user_is_named(void)
{
	struct said said;
	struct control_room r;
	struct control *other = NULL;

	if (geteuid())
		return;

	room_open(&r);
	r.control = mem_deref(r.control);
	leave_socket(&r);
	CU_ASSERT_EQUAL(chmod(r.folder, 0755), 0);
	CU_ASSERT_EQUAL(chmod(r.inner, 0755), 0);
	CU_ASSERT_EQUAL_FATAL(seteuid(NOBODY), 0);
	said_begin(&said);
	CU_ASSERT_EQUAL(control_alloc(&other, r.config, r.focus), EACCES);
	said_end(&said);
	CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
	CU_ASSERT_EQUAL(said_count(&said, "another user"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "owner=root"), 1);

	/* in a folder that he cannot even look into */
	CU_ASSERT_EQUAL(chmod(r.inner, 0700), 0);
	CU_ASSERT_EQUAL_FATAL(seteuid(NOBODY), 0);
	said_begin(&said);
	CU_ASSERT_EQUAL(control_alloc(&other, r.config, r.focus), EACCES);
	said_end(&said);
	CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
	CU_ASSERT_EQUAL(said_count(&said, "its folder is closed"), 1);
	CU_ASSERT_EQUAL(unlink(r.path), 0);
	room_close(&r);
}


static void what_is_no_socket_stays(void)
{
	struct control_room r;
	FILE *f;

	room_open(&r);
	r.control = mem_deref(r.control);
	f = fopen(r.path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	(void)fclose(f);
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), EEXIST);
	CU_ASSERT_EQUAL(unlink(r.path), 0);
	room_close(&r);
}


/** Who takes the socket away at the end is no longer root */
static void its_folder_is_the_users(void)
{
	struct control_room r;

	if (geteuid())
		return;

	room_open(&r);
	r.control = mem_deref(r.control);
	CU_ASSERT_EQUAL(rmdir(r.inner), 0);
	CU_ASSERT_EQUAL(chmod(r.folder, 0755), 0);
	r.config->user.changes = true;
	r.config->user.uid = NOBODY;
	r.config->user.gid = NOBODY;
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), 0);
	CU_ASSERT_EQUAL_FATAL(seteuid(NOBODY), 0);
	r.control = mem_deref(r.control);
	CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
	room_close(&r);
}


/** Where anybody may make a folder it was perhaps made for root to find */
static void a_folder_that_another_made_is_refused(void)
{
	char link[sizeof(((struct control_room *)NULL)->folder) + 8];
	struct control_room r;
	struct said said;
	char *path;

	if (geteuid())
		return;

	room_open(&r);
	r.control = mem_deref(r.control);
	CU_ASSERT_EQUAL(chmod(r.folder, 01777), 0);
	CU_ASSERT_EQUAL(chown(r.inner, NOBODY, NOBODY), 0);
	said_begin(&said);
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), EPERM);
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "its folder is closed"), 1);
	/* .. however many slashes there are */
	path = r.config->control_socket;
	CU_ASSERT_EQUAL_FATAL(
		re_sdprintf(&r.config->control_socket, "%s///s", r.inner), 0);
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), EPERM);
	mem_deref(r.config->control_socket);
	r.config->control_socket = path;

	/* nor is a link followed, whose folder he may change */
	(void)re_snprintf(link, sizeof(link), "%s/link", r.folder);
	CU_ASSERT_EQUAL(chown(r.inner, 0, 0), 0);
	CU_ASSERT_EQUAL(rename(r.inner, link), 0);
	CU_ASSERT_EQUAL(symlink(link, r.inner), 0);
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), ENOTDIR);

	/* elsewhere root knows whose he takes */
	CU_ASSERT_EQUAL(unlink(r.inner), 0);
	CU_ASSERT_EQUAL(rename(link, r.inner), 0);
	CU_ASSERT_EQUAL(chmod(r.folder, 0755), 0);
	CU_ASSERT_EQUAL(chown(r.inner, NOBODY, NOBODY), 0);
	CU_ASSERT_EQUAL(control_alloc(&r.control, r.config, r.focus), 0);
	room_close(&r);
}


static void a_client_may_go_at_any_time(void)
{
	struct control_room r;

	room_open(&r);
	for (int i = 0; i < 20; i++) {
		(void)send(r.fd, "{\"verb\":\"watch\"}\n{\"ver", 22,
			   MSG_NOSIGNAL);
		if (i & 1)
			turn(&r);
		(void)close(r.fd);
		dial_in(&r);
	}
	turn(&r);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"only its owner may use it", only_its_owner_may_use_it},
	{"a command a line", a_command_a_line},
	{"watch turns it into a stream", watch_turns_it_into_a_stream},
	{"a watcher has time", a_watcher_has_time},
	{"watch of a bad name is refused", watch_of_a_bad_name_is_refused},
	{"an endless line is cut off", an_endless_line_is_cut_off},
	{"a second server is refused", a_second_server_is_refused},
	{"a dead server's socket is replaced",
	 a_dead_servers_socket_is_replaced},
	{"a socket of another user is named",
	 a_socket_of_another_user_is_named},
	{"what is no socket stays", what_is_no_socket_stays},
	{"its folder is the user's", its_folder_is_the_users},
	{"a client may go at any time", a_client_may_go_at_any_time},
	{"a folder that another made is refused",
	 a_folder_that_another_made_is_refused},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(control, tests)
