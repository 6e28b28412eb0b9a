/**
 * @file focus/cli/cli_chat.c  What people have written
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "focus/cli/cli_private.h"
#include "mixer/base/utf8.h"


static void print_line(FILE *out, const char *line, size_t len)
{
	char *copy = strndup(line, len), *clean = malloc(len + 1);

	if (!copy || !clean)
		abort();
	fprintf(out, "%s", utf8_clean(clean, len + 1, copy));
	free(clean);
	free(copy);
}


void cli_print_text(FILE *out, const json_t *message, int indent)
{
	const char *text = json_string_value(json_object_get(message, "text"));

	while (text) {
		const size_t len = strcspn(text, "\n");

		print_line(out, text, len);
		if (!text[len])
			return;
		fprintf(out, "\n%*s", indent, "");
		text += len + 1;
	}
}


static void print_message(const json_t *m)
{
	const time_t when = (time_t)(cli_integer(m, "time") / 1000);
	char at[16] = "";
	struct tm tm;
	int n;

	if (localtime_r(&when, &tm))
		(void)strftime(at, sizeof(at), "%H:%M:%S", &tm);
	n = printf("%s ", at);
	printf("%s: ", cli_string(m, "from"));
	cli_print_text(stdout, m, n);
	printf("\n");
}


void cli_print_chat(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "messages"), *m;
	size_t i;

	json_array_foreach (list, i, m)
		print_message(m);

	if (json_array_size(list))
		return;
	printf(cli_true(reply, "kept")
		       ? "Nothing has been written yet.\n"
		       : "What is written in this conference is not kept.\n");
}
