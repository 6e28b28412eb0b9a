/**
 * @file focus/cli/cli_user.c  parley user: passwords in, users out
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>
#include "focus/cli/cli_private.h"
#include "focus/store/user_store.h"


enum {
	PASSWORD_SIZE = 512, /**< the server says what is too long */
	GENERATED_CHARS = 20,
};


/** A line of the standard input without its end; @return false: none, told */
static bool read_line(char line[PASSWORD_SIZE])
{
	size_t len;

	if (!fgets(line, PASSWORD_SIZE, stdin)) {
		fprintf(stderr, "parley: no password\n");
		return false;
	}

	len = strcspn(line, "\r\n");
	if (!line[len] && !feof(stdin)) {
		fprintf(stderr, "parley: the password is too long\n");
		return false;
	}
	line[len] = '\0';

	return true;
}


/** From the terminal, without showing it */
static bool ask_once(const char *prompt, char line[PASSWORD_SIZE])
{
	struct termios shown, hidden;
	sigset_t held, before;
	bool good;

	if (tcgetattr(STDIN_FILENO, &shown)) {
		perror("parley: terminal");
		return false;
	}

	/* who gives up must get a terminal back that shows what is typed */
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &held, &before);

	hidden = shown;
	hidden.c_lflag &= (tcflag_t)~ECHO;
	hidden.c_lflag |= ECHONL;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stderr);
	good = read_line(line);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);

	return good;
}


static bool ask_twice(char password[PASSWORD_SIZE])
{
	char again[PASSWORD_SIZE] = "";
	bool same;

	if (!ask_once("Password: ", password) || !ask_once("Again: ", again))
		return false;

	same = !strcmp(password, again);
	explicit_bzero(again, sizeof(again));
	if (!same)
		fprintf(stderr, "parley: these are two passwords\n");

	return same;
}


/** Letters and digits that cannot be taken for one another; 5 bits each */
static bool generate(char password[PASSWORD_SIZE])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char bytes[GENERATED_CHARS];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
		perror("parley: getrandom");
		return false;
	}

	for (int i = 0; i < GENERATED_CHARS; i++)
		password[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	password[GENERATED_CHARS] = '\0';

	return true;
}


/** USER@DOMAIN; of a server that has no domain, any of its addresses will do
 */
static const char *address_of(const json_t *u)
{
	static char address[512];
	const char *realm = cli_string(u, "realm");
	bool none = !strcmp(realm, SUBSCRIBER_REALM_DEFAULT);

	(void)snprintf(address, sizeof(address), "%s%s%s",
		       cli_string(u, "name"), none ? "" : "@",
		       none ? "" : realm);

	return address;
}


static void print_users(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "users"), *u;
	struct cli_table *t;
	size_t i;

	if (!json_array_size(list)) {
		printf("Nobody has a password yet: parley user add USER\n");
		return;
	}

	t = cli_table_new();
	cli_table_row(t);
	cli_table_cell(t, "USER");
	cli_table_cell(t, "ADDRESS");
	cli_table_cell(t, "SINCE");
	cli_table_cell(t, "%s", "");
	json_array_foreach (list, i, u) {
		cli_table_row(t);
		cli_table_cell(t, "%s", cli_string(u, "name"));
		cli_table_cell(t, "%s", address_of(u));
		cli_table_cell(t, "%s",
			       cli_since(cli_integer(u, "created") * 1000));
		cli_table_cell(t, "%s",
			       cli_true(u, "usable")
				       ? ""
				       : "another domain: set the password");
	}
	cli_table_print(t, 0);
}


static void print_user(const json_t *reply)
{
	printf("user: %s\n", address_of(reply));
}


static int usage(void)
{
	fprintf(stderr, "Usage: parley user add|passwd USER [--generate|"
			"--password-stdin]\n"
			"       parley user remove USER\n"
			"       parley user list\n");

	return CLI_USAGE;
}


static int with_password(const struct cli *cli, json_t *command,
			 const char *option)
{
	char password[PASSWORD_SIZE] = "";
	const bool made = option && !strcmp(option, "--generate");
	const bool piped = option && !strcmp(option, "--password-stdin");
	bool good;
	int status;

	if (option && !made && !piped)
		return usage();

	if (made)
		good = generate(password);
	else if (piped || !isatty(STDIN_FILENO))
		good = read_line(password);
	else
		good = ask_twice(password);
	if (!good)
		return CLI_USAGE;

	if (json_object_set_new(command, "password", json_string(password))) {
		fprintf(stderr, "parley: a password is UTF-8\n");
		return CLI_USAGE;
	}
	status = cli_ask(cli, command, print_user);
	if (!status && made)
		fprintf(cli->json ? stderr : stdout, "password: %s\n",
			password);
	explicit_bzero(password, sizeof(password));

	return status;
}


int cli_user(const struct cli *cli, const json_t *command)
{
	const char *action =
		json_string_value(json_object_get(command, "action"));
	const char *name = json_string_value(json_object_get(command, "name"));
	const char *option =
		json_string_value(json_object_get(command, "option"));
	json_t *order;
	int status;

	if (!action)
		return usage();

	/* the option may stand before the name */
	if (name && option && *name == '-') {
		const char *swap = name;

		name = option;
		option = swap;
	}

	if (!strcmp(action, "list"))
		return name ? usage() : cli_ask(cli, command, print_users);
	if (!name)
		return usage();

	order = json_pack("{s:s,s:s,s:s}", "verb", "user", "action", action,
			  "name", name);
	if (!strcmp(action, "remove"))
		status = option ? usage() : cli_ask(cli, order, NULL);
	else if (!strcmp(action, "add") || !strcmp(action, "passwd"))
		status = with_password(cli, order, option);
	else
		status = usage();
	json_decref(order);

	return status;
}
