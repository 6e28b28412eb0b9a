/**
 * @file mixer/mp/json_table.c  The reader and the writer of tables
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/mp/json_table.h"


int json_table_refuse(char why[DESCRIPTION_WHY_BYTES], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, DESCRIPTION_WHY_BYTES, fmt, ap);
	va_end(ap);

	return EINVAL;
}


/* ------------------------------------------------------ single members */

int description_bool(const json_t *o, const char *key, bool *v, char *why)
{
	const json_t *j = json_object_get(o, key);

	if (!j)
		return 0;

	if (!json_is_boolean(j))
		return json_table_refuse(why, "%s: not a boolean", key);

	*v = json_is_true(j);

	return 0;
}


int description_number(const json_t *o, const char *key, int64_t min,
		       int64_t max, int64_t *v, char *why)
{
	const json_t *j = json_object_get(o, key);
	json_int_t n;

	if (!j)
		return 0;

	n = json_integer_value(j);
	if (!json_is_integer(j) || n < min || n > max)
		return json_table_refuse(why,
					 "%s: not a number from %lld to %lld",
					 key, (long long)min, (long long)max);

	*v = n;

	return 0;
}


int description_string(const json_t *o, const char *key, char *dst,
		       size_t size, char *why)
{
	const json_t *j = json_object_get(o, key);

	if (!j)
		return 0;

	if (!json_is_string(j) || json_string_length(j) >= size ||
	    strlen(json_string_value(j)) != json_string_length(j))
		return json_table_refuse(
			why, "%s: not a string of under %zu bytes", key, size);

	memcpy(dst, json_string_value(j), json_string_length(j) + 1);

	return 0;
}


/* ------------------------------------------------- numbers of any size */

static void number_store(const struct json_row *row, void *p, int64_t n)
{
	uint8_t n8 = (uint8_t)n;
	uint16_t n16 = (uint16_t)n;
	uint32_t n32 = (uint32_t)n;

	switch (row->size) {

	case sizeof(n8): memcpy(p, &n8, sizeof(n8)); break;
	case sizeof(n16): memcpy(p, &n16, sizeof(n16)); break;
	case sizeof(n32): memcpy(p, &n32, sizeof(n32)); break;
	default: memcpy(p, &n, sizeof(n)); break;
	}
}


/** What may be below zero is an int */
static int64_t number_load(const struct json_row *row, const void *p)
{
	uint8_t n8;
	uint16_t n16;
	uint32_t n32;
	int64_t n;

	switch (row->size) {

	case sizeof(n8): memcpy(&n8, p, sizeof(n8)); return n8;
	case sizeof(n16): memcpy(&n16, p, sizeof(n16)); return n16;
	case sizeof(n32):
		memcpy(&n32, p, sizeof(n32));
		return row->min < 0 ? (int64_t)(int32_t)n32 : (int64_t)n32;
	default: memcpy(&n, p, sizeof(n)); return n;
	}
}


/* ------------------------------------------------------------- reading */

static int number_read(const struct json_row *row, void *p, const json_t *o,
		       char *why)
{
	int64_t n = row->fallback;
	int err =
		description_number(o, row->name, row->min, row->max, &n, why);

	if (!err)
		number_store(row, p, n);

	return err;
}


static bool text_is_visible(const char *text)
{
	for (; *text; text++) {
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	}

	return true;
}


static int text_read(const struct json_row *row, char *text, const json_t *o,
		     char *why)
{
	int err = description_string(o, row->name, text, row->size, why);

	if (!err && !text_is_visible(text))
		err = json_table_refuse(why, "%s: not visible ASCII",
					row->name);
	if (!err && row->characters && text[strspn(text, row->characters)])
		err = json_table_refuse(why, "%s: not of its characters",
					row->name);
	if (!err && (row->flags & JSON_ROW_REQUIRED) && !text[0])
		err = json_table_refuse(why, "%s: empty", row->name);

	return err;
}


static int word_read(const struct json_row *row, void *p, const json_t *o,
		     char *why)
{
	const json_t *j = json_object_get(o, row->name);
	const char *word = json_string_value(j);

	if (!j)
		return 0;

	for (int i = 0; word && word[0] && row->words[i]; i++) {
		if (!strcmp(word, row->words[i])) {
			memcpy(p, &i, sizeof(i));
			return 0;
		}
	}

	return json_table_refuse(why, "%s: unknown word", row->name);
}


static bool is_multicast(const struct sa *sa)
{
	switch (sa_af(sa)) {

	case AF_INET: return IN_MULTICAST(sa_in(sa));
	case AF_INET6: return IN6_IS_ADDR_MULTICAST(&sa->u.in6.sin6_addr);
	default: return false;
	}
}


/** "192.0.2.1:5004", "[2001:db8::1]:5004"; a HOST has no port */
static int address_read(const struct json_row *row, struct sa *sa,
			const json_t *o, char *why)
{
	bool with_port = row->type == JSON_ROW_ADDRESS;
	char text[64] = "";
	int err;

	sa_init(sa, AF_UNSPEC);
	err = description_string(o, row->name, text, sizeof(text), why);
	if (err || !text[0])
		return err;

	err = with_port ? sa_decode(sa, text, strlen(text))
			: sa_set_str(sa, text, 0);
	if (err || (with_port && !sa_port(sa)))
		return json_table_refuse(why, "%s: not an address", row->name);
	if ((row->flags & JSON_ROW_UNICAST) && is_multicast(sa))
		return json_table_refuse(why, "%s: multicast", row->name);

	return 0;
}


static int port_read(const struct json_row *row, struct sa *sa,
		     const json_t *o, char *why)
{
	int64_t port = 0;
	int err = description_number(o, row->name, 0, 65535, &port, why);

	/* What has no address, as the rtp of ICE, has no port; libre warns */
	if (!err && sa_isset(sa, SA_ADDR))
		sa_set_port(sa, (uint16_t)port);

	return err;
}


static int array_of(const struct json_row *row, const json_t *o,
		    const json_t **list, char *why)
{
	*list = json_object_get(o, row->name);
	if (*list && !json_is_array(*list))
		return json_table_refuse(why, "%s: not an array", row->name);

	return 0;
}


static int bits_read(const struct json_row *row, uint16_t *bits,
		     const json_t *o, char *why)
{
	const json_t *list, *bit;
	size_t i;
	int err = array_of(row, o, &list, why);

	json_array_foreach (list, i, bit) {
		json_int_t n = json_integer_value(bit);

		if (err || !json_is_integer(bit) || n < 0 || n > row->max)
			return json_table_refuse(why,
						 "%s: numbers are 0 to %d",
						 row->name, (int)row->max);

		*bits |= (uint16_t)(1u << n);
	}

	return err;
}


static int numbers_read(const struct json_row *row, uint8_t *of,
			const json_t *o, char *why)
{
	size_t *count = (void *)(of + row->count_offset);
	uint32_t *numbers = (void *)(of + row->offset);
	const json_t *list, *number;
	size_t i;
	int err = array_of(row, o, &list, why);

	json_array_foreach (list, i, number) {
		json_int_t n = json_integer_value(number);

		if (err || !json_is_integer(number) || n < 0 || n > UINT32_MAX)
			return json_table_refuse(why, "%s: not 32-bit numbers",
						 row->name);

		if (*count < (size_t)row->max)
			numbers[(*count)++] = (uint32_t)n;
	}

	return err;
}


static int list_read(const struct json_row *row, uint8_t *of, const json_t *o,
		     char *why)
{
	size_t *count = (void *)(of + row->count_offset);
	const json_t *list, *element;
	size_t i;
	int err = array_of(row, o, &list, why);

	json_array_foreach (list, i, element) {
		if (err || *count == (size_t)row->max)
			break;

		err = json_table_read(row->rows,
				      of + row->offset + *count * row->size,
				      element, why);
		++*count;
	}

	return err;
}


static int object_read(const struct json_row *row, void *of, const json_t *o,
		       char *why)
{
	const json_t *member = json_object_get(o, row->name);

	return member ? json_table_read(row->rows, of, member, why) : 0;
}


static int row_read(const struct json_row *row, void *of, const json_t *o,
		    char *why)
{
	uint8_t *p = (uint8_t *)of + row->offset;

	if ((row->flags & JSON_ROW_REQUIRED) && !json_object_get(o, row->name))
		return json_table_refuse(why, "%s: missing", row->name);

	switch (row->type) {

	case JSON_ROW_BOOL:
		return description_bool(o, row->name, (bool *)p, why);
	case JSON_ROW_NUMBER: return number_read(row, p, o, why);
	case JSON_ROW_TEXT: return text_read(row, (char *)p, o, why);
	case JSON_ROW_WORD: return word_read(row, p, o, why);
	case JSON_ROW_ADDRESS:
	case JSON_ROW_HOST: return address_read(row, (void *)p, o, why);
	case JSON_ROW_PORT: return port_read(row, (void *)p, o, why);
	case JSON_ROW_BITS: return bits_read(row, (void *)p, o, why);
	case JSON_ROW_OBJECT: return object_read(row, p, o, why);
	case JSON_ROW_LIST: return list_read(row, of, o, why);
	case JSON_ROW_NUMBERS: return numbers_read(row, of, o, why);
	}

	return EINVAL;
}


int json_table_read(const struct json_row *rows, void *of, const json_t *o,
		    char why[DESCRIPTION_WHY_BYTES])
{
	int err = 0;

	if (!json_is_object(o))
		return json_table_refuse(why, "%s: not in an object",
					 rows->name);

	for (const struct json_row *row = rows; row->name && !err; row++)
		err = row_read(row, of, o, why);

	return err;
}


/* ------------------------------------------------------------- writing */

static json_t *address_json(const struct sa *sa, bool with_port)
{
	char text[80];

	if (re_snprintf(text, sizeof(text), with_port ? "%J" : "%j", sa) < 0)
		return NULL;

	return json_string(text);
}


static json_t *bits_json(unsigned bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; bits >> i; i++) {
		if (bits >> i & 1)
			(void)json_array_append_new(list, json_integer(i));
	}

	return list;
}


static json_t *numbers_json(const struct json_row *row, const uint8_t *of)
{
	const size_t *count = (const void *)(of + row->count_offset);
	const uint32_t *numbers = (const void *)(of + row->offset);
	json_t *list = json_array();

	for (size_t i = 0; i < *count; i++)
		(void)json_array_append_new(list, json_integer(numbers[i]));

	return list;
}


static json_t *object_json(const struct json_row *rows, const void *of)
{
	json_t *o = json_object();

	if (json_table_write(rows, of, o)) {
		json_decref(o);
		return NULL;
	}

	return o;
}


static json_t *list_json(const struct json_row *row, const uint8_t *of)
{
	const size_t *count = (const void *)(of + row->count_offset);
	json_t *list = json_array();

	for (size_t i = 0; i < *count; i++) {
		const uint8_t *p = of + row->offset + i * row->size;

		if (json_array_append_new(list, object_json(row->rows, p))) {
			json_decref(list);
			return NULL;
		}
	}

	return list;
}


static json_t *word_json(const struct json_row *row, const void *p)
{
	int i;

	memcpy(&i, p, sizeof(i));

	return json_string(row->words[i]);
}


static json_t *row_json(const struct json_row *row, const void *of)
{
	const uint8_t *p = (const uint8_t *)of + row->offset;

	switch (row->type) {

	case JSON_ROW_BOOL: return json_boolean(*(const bool *)p);
	case JSON_ROW_NUMBER: return json_integer(number_load(row, p));
	case JSON_ROW_TEXT: return json_string((const char *)p);
	case JSON_ROW_WORD: return word_json(row, p);
	case JSON_ROW_ADDRESS: return address_json((const void *)p, true);
	case JSON_ROW_HOST: return address_json((const void *)p, false);
	case JSON_ROW_PORT: return json_integer(sa_port((const void *)p));
	case JSON_ROW_BITS: return bits_json(*(const uint16_t *)(void *)p);
	case JSON_ROW_OBJECT: return object_json(row->rows, p);
	case JSON_ROW_LIST: return list_json(row, of);
	case JSON_ROW_NUMBERS: return numbers_json(row, of);
	}

	return NULL;
}


static bool is_fallback(const struct json_row *row, const void *of)
{
	const uint8_t *p = (const uint8_t *)of + row->offset;

	switch (row->type) {

	case JSON_ROW_NUMBER: return number_load(row, p) == row->fallback;
	case JSON_ROW_TEXT: return !*p;
	case JSON_ROW_ADDRESS:
	case JSON_ROW_HOST: return !sa_isset((const void *)p, SA_ADDR);
	case JSON_ROW_BITS: return !*(const uint16_t *)(const void *)p;
	case JSON_ROW_BOOL: return !*(const bool *)p;
	default: return false;
	}
}


int json_table_write(const struct json_row *rows, const void *of, json_t *o)
{
	int err = 0;

	for (const struct json_row *row = rows; row->name; row++) {
		if (row->written && !row->written(of))
			continue;
		if ((row->flags & JSON_ROW_SPARE) && is_fallback(row, of))
			continue;
		err |= json_object_set_new(o, row->name, row_json(row, of));
	}

	return err ? ENOMEM : 0;
}
