/**
 * @file focus/cli/cli_conference.c  parley conference: which are booked, and
 * how they are to be
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/cli/cli_private.h"


enum { VALUE_SIZE = 512 };


static int usage(void)
{
	fprintf(stderr, "Usage: parley conference add|set NAME [KEY=VALUE ...]"
			"\n"
			"       parley conference show|remove NAME\n"
			"       parley conference list\n");

	return CLI_USAGE;
}


static void print_value(const json_t *settings, const char *key,
			const json_t *value)
{
	if (json_is_integer(value))
		printf("  %-17s %lld\n", key,
		       (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		printf("  %-17s %s\n", key,
		       json_is_true(value) ? "on" : "off");
	else
		printf("  %-17s %s\n", key,
		       *cli_string(settings, key) ? cli_string(settings, key)
						  : "-");
}


static void print_conference(const json_t *reply)
{
	const json_t *c = json_object_get(reply, "conference"), *value;
	json_t *settings = json_object_get(c, "settings");
	const char *key;

	printf("%s: %s, %s\n", cli_string(c, "name"),
	       cli_true(c, "booked") ? "booked" : "not booked",
	       cli_true(c, "running") ? "going on" : "nobody is in it");
	if (*cli_string(c, "number"))
		printf("  %-17s %s\n", "number", cli_string(c, "number"));
	json_object_foreach (settings, key, value)
		print_value(settings, key, value);
}


/** What keeps people out, in a word each */
static const char *doors(char *text, size_t size, const json_t *settings)
{
	(void)snprintf(text, size, "%s%s%s%s",
		       cli_true(settings, "guest_pin") ? "pin " : "",
		       cli_true(settings, "host_pin") ? "host-pin " : "",
		       cli_true(settings, "lobby") ? "lobby " : "",
		       cli_true(settings, "wait_for_host") ? "waits-for-host "
							   : "");

	return *text ? text : "-";
}


static void print_conferences(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "conferences"), *c;
	struct cli_table *t;
	size_t i;

	if (!json_array_size(list)) {
		printf("No conference is booked.\n");
		return;
	}

	t = cli_table_new();
	cli_table_row(t);
	cli_table_cell(t, "NAME");
	cli_table_cell(t, "TITLE");
	cli_table_cell(t, "NUMBER");
	cli_table_cell(t, "ASKS FOR");
	cli_table_cell(t, "GOING ON");
	json_array_foreach (list, i, c) {
		const json_t *s = json_object_get(c, "settings");
		char text[64];

		cli_table_row(t);
		cli_table_cell(t, "%s", cli_string(c, "name"));
		cli_table_cell(t, "%s",
			       *cli_string(s, "title") ? cli_string(s, "title")
						       : "-");
		cli_table_cell(t, "%s",
			       *cli_string(c, "number")
				       ? cli_string(c, "number")
				       : "-");
		cli_table_cell(t, "%s", doors(text, sizeof(text), s));
		cli_table_cell(t, "%s", cli_true(c, "running") ? "yes" : "-");
	}
	cli_table_print(t, 0);
}


/** A PIN need not stand on the command line, where others see it. @return
 * NULL: there is none to read */
static json_t *read_value(const char *key)
{
	char line[VALUE_SIZE];
	json_t *value;

	if (isatty(STDIN_FILENO))
		fprintf(stderr, "%s: ", key);
	if (!fgets(line, sizeof(line), stdin))
		return NULL;

	line[strcspn(line, "\r\n")] = '\0';
	value = json_string(line);
	explicit_bzero(line, sizeof(line));

	return value;
}


/** @return NULL: they are not KEY=VALUE, or no UTF-8 */
static json_t *read_settings(const json_t *words)
{
	json_t *settings = json_object(), *word;
	size_t i;

	json_array_foreach (words, i, word) {
		const char *text = json_string_value(word);
		const size_t len = strcspn(text, "=");
		char key[64];
		json_t *value;

		(void)snprintf(key, sizeof(key), "%.*s", (int)len, text);
		value = !text[len] || !len ? NULL
			: !strcmp(text + len, "=-")
				? read_value(key)
				: json_string(text + len + 1);
		if (!value || json_object_set_new(settings, key, value)) {
			json_decref(settings);
			return NULL;
		}
	}

	return settings;
}


static int change(const struct cli *cli, json_t *order, const json_t *words)
{
	json_t *settings = read_settings(words);

	if (!settings)
		return usage();
	if (json_object_set_new(order, "settings", settings))
		return CLI_FAILED;

	return cli_ask(cli, order, print_conference);
}


int cli_conference(const struct cli *cli, const json_t *command)
{
	const char *action = cli_string(command, "action");
	const json_t *name = json_object_get(command, "conference");
	const json_t *words = json_object_get(command, "words");
	json_t *order;
	int status;

	if (!strcmp(action, "list"))
		return name ? usage()
			    : cli_ask(cli, command, print_conferences);
	if (!name)
		return usage();

	order = json_pack("{s:s,s:s,s:O}", "verb", "conference", "action",
			  action, "conference", name);
	if (!strcmp(action, "add") || !strcmp(action, "set"))
		status = change(cli, order, words);
	else if (json_array_size(words))
		status = usage();
	else if (!strcmp(action, "show"))
		status = cli_ask(cli, order, print_conference);
	else if (!strcmp(action, "remove"))
		status = cli_ask(cli, order, NULL);
	else
		status = usage();
	json_decref(order);

	return status;
}
