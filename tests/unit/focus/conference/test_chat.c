/**
 * @file test_chat.c  What is written: made clean, bounded in rate and in what
 * is kept
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/conference/chat.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


static void texts_are_made_harmless(void)
{
	static const struct {
		const char *text, *clean;
	} rows[] = {
		{"Hello", "Hello"},
		{"  Hello \n", "  Hello"},
		{"\r\n\n\nHello", "Hello"},
		{"a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"a\tb", "a b"},
		{"a\033[31mb\a", "a[31mb"},
		{"a\xff\xc3", "a??"},
		{"a\xed\xa0\x80z", "a???z"},
		{"Gr\xc3\xbc\xc3\x9f"
		 "e \xf0\x9f\x98\x80",
		 "Gr\xc3\xbc\xc3\x9f"
		 "e \xf0\x9f\x98\x80"},
		/* what turns the direction of reading around */
		{"a\xe2\x80\xae"
		 "b\xe2\x80\xac",
		 "ab"},
		{"\xc2\x85"
		 "a",
		 "a"},
		{"a\xef\xbf\xbe", "a"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct chat_message *m = NULL;

		CU_ASSERT_EQUAL(chat_message_alloc(&m, rows[i].text,
						   strlen(rows[i].text)),
				0);
		CU_ASSERT_STRING_EQUAL(m ? m->text : "", rows[i].clean);
		CU_ASSERT_EQUAL(m ? m->bytes : 0, strlen(rows[i].clean));
		mem_deref(m);
	}
}


static void nothing_to_read_is_no_message(void)
{
	static const char *const rows[] = {"", "\n", " \r\n ", "\a\033",
					   "\xe2\x80\xae"};
	struct chat_message *m = NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(
			chat_message_alloc(&m, rows[i], strlen(rows[i])),
			EBADMSG);
	CU_ASSERT_EQUAL(chat_message_alloc(&m, NULL, 0), EBADMSG);
	CU_ASSERT_PTR_NULL(m);
}


/** What is seen counts, not what it came in */
static void long_texts_are_refused(void)
{
	static char text[4 * CHAT_TEXT_MAX + 2];
	struct chat_message *m = NULL;

	memset(text, 'x', sizeof(text));
	CU_ASSERT_EQUAL(chat_message_alloc(&m, text, CHAT_TEXT_MAX + 1),
			EMSGSIZE);
	CU_ASSERT_EQUAL(chat_message_alloc(&m, text, sizeof(text)), EMSGSIZE);
	CU_ASSERT_PTR_NULL(m);
	CU_ASSERT_EQUAL(chat_message_alloc(&m, text, CHAT_TEXT_MAX), 0);
	m = mem_deref(m);

	memset(text, '\n', 100);
	CU_ASSERT_EQUAL(chat_message_alloc(&m, text, CHAT_TEXT_MAX + 100), 0);
	mem_deref(m);
}


static int make(void *arg)
{
	struct chat_message *m = NULL;
	int err = chat_message_alloc(&m, arg, strlen(arg));

	CU_ASSERT_EQUAL(!err, m != NULL);
	mem_deref(m);

	return err;
}


static void survives_any_failing_allocation(void)
{
	char text[] = "Hello";

	failing_each(make, text);
}


/* ---------------------------------------------------------------- rates */

static unsigned take_all(struct chat *chat, struct chat_rate *own,
			 uint64_t now_ms)
{
	unsigned n = 0;

	while (n < 1000 && chat_take(chat, own, now_ms))
		n++;

	return n;
}


static void one_may_write_some_at_once_and_then_one_by_one(void)
{
	struct chat chat = {.last_number = 0};
	struct chat_rate own = {0};
	const uint64_t begin = 123456;

	CU_ASSERT_EQUAL(take_all(&chat, &own, begin), CHAT_BURST);
	CU_ASSERT_EQUAL(take_all(&chat, &own, begin + CHAT_INTERVAL_MS - 1),
			0);
	CU_ASSERT_EQUAL(take_all(&chat, &own, begin + CHAT_INTERVAL_MS), 1);
	CU_ASSERT_EQUAL(take_all(&chat, &own, begin + 3 * CHAT_INTERVAL_MS),
			2);
	CU_ASSERT_EQUAL(take_all(&chat, &own, begin + 1000000), CHAT_BURST);
}


/** Who is refused for the sake of all has not used up his own */
static void all_together_have_a_rate_too(void)
{
	struct chat chat = {.last_number = 0};
	struct chat_rate own[10] = {{0}}, late = {0};
	unsigned n = 0;

	for (size_t i = 0; i < 10; i++)
		n += take_all(&chat, &own[i], 5);
	CU_ASSERT_EQUAL(n, CHAT_ALL_BURST);
	CU_ASSERT_EQUAL(take_all(&chat, &late, 5), 0);
	CU_ASSERT_EQUAL(late.free_ms, 0);
	CU_ASSERT_EQUAL(take_all(&chat, &late, 5 + CHAT_ALL_INTERVAL_MS), 1);
	CU_ASSERT_EQUAL(take_all(&chat, &late, 5 + 100000), CHAT_BURST);
}


/* ----------------------------------------------------------------- kept */

static void write_to(struct chat *chat, struct chat_shelf *shelf, size_t bytes)
{
	static char text[CHAT_TEXT_MAX];
	struct chat_message *m = NULL;

	memset(text, 'x', sizeof(text));
	CU_ASSERT_EQUAL_FATAL(chat_message_alloc(&m, text, bytes), 0);
	m->number = ++chat->last_number;
	chat_keep(chat, shelf, m);
	mem_deref(m);
}


static uint64_t oldest(const struct chat *chat)
{
	const struct chat_message *m = list_ledata(list_head(&chat->kept));

	return m ? m->number : 0;
}


static void the_oldest_go_first(void)
{
	struct chat chat = {.last_number = 0};
	struct chat_shelf shelf = {.bytes = 0};

	for (unsigned i = 0; i < CHAT_KEPT_MAX + 7; i++)
		write_to(&chat, &shelf, 1);
	CU_ASSERT_EQUAL(chat.kept_count, CHAT_KEPT_MAX);
	CU_ASSERT_EQUAL(list_count(&chat.kept), CHAT_KEPT_MAX);
	CU_ASSERT_EQUAL(oldest(&chat), 8);

	for (unsigned i = 0; i < CHAT_KEPT_MAX; i++)
		write_to(&chat, &shelf, CHAT_TEXT_MAX);
	CU_ASSERT(chat.kept_bytes <= CHAT_KEPT_BYTES);
	CU_ASSERT(chat.kept_bytes > CHAT_KEPT_BYTES - 2 * CHAT_TEXT_MAX);
	CU_ASSERT_EQUAL(shelf.bytes, chat.kept_bytes);

	chat_close(&chat, &shelf);
	CU_ASSERT_EQUAL(shelf.bytes, 0);
	CU_ASSERT_EQUAL(chat.kept_bytes, 0);
	CU_ASSERT_TRUE(list_isempty(&shelf.messages));
}


/** However many conferences there are */
static void all_conferences_are_bounded_together(void)
{
	enum { CHATS = 80 };
	static struct chat chats[CHATS];
	struct chat_shelf shelf = {.bytes = 0};
	size_t sum = 0;

	for (unsigned i = 0; i < CHATS; i++) {
		for (unsigned k = 0; k < CHAT_KEPT_BYTES / CHAT_TEXT_MAX; k++)
			write_to(&chats[i], &shelf, CHAT_TEXT_MAX);
	}
	CU_ASSERT(shelf.bytes <= CHAT_KEPT_ALL_BYTES);
	CU_ASSERT(shelf.bytes > CHAT_KEPT_ALL_BYTES - 2 * CHAT_TEXT_MAX);
	CU_ASSERT_EQUAL(chats[0].kept_count, 0);
	CU_ASSERT(chats[CHATS - 1].kept_count > 50);
	for (unsigned i = 0; i < CHATS; i++)
		sum += chats[i].kept_bytes;
	CU_ASSERT_EQUAL(sum, shelf.bytes);

	for (unsigned i = 0; i < CHATS; i++)
		chat_close(&chats[i], &shelf);
	CU_ASSERT_EQUAL(shelf.bytes, 0);
}


/** Who is told later reads it still */
static void one_that_is_forgotten_lives_with_who_has_it(void)
{
	struct chat chat = {.last_number = 0};
	struct chat_shelf shelf = {.bytes = 0};
	struct chat_message *m = NULL;

	CU_ASSERT_EQUAL_FATAL(chat_message_alloc(&m, "Hello", 5), 0);
	chat_keep(&chat, &shelf, m);
	chat_close(&chat, &shelf);
	CU_ASSERT_EQUAL(mem_nrefs(m), 1);
	CU_ASSERT_PTR_NULL(m->chat);
	CU_ASSERT_STRING_EQUAL(m->text, "Hello");
	mem_deref(m);
}


static CU_TestInfo tests[] = {
	{"texts are made harmless", texts_are_made_harmless},
	{"nothing to read is no message", nothing_to_read_is_no_message},
	{"long texts are refused", long_texts_are_refused},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"one may write some at once and then one by one",
	 one_may_write_some_at_once_and_then_one_by_one},
	{"all together have a rate, too", all_together_have_a_rate_too},
	{"the oldest go first", the_oldest_go_first},
	{"all conferences are bounded together",
	 all_conferences_are_bounded_together},
	{"one that is forgotten lives with who has it",
	 one_that_is_forgotten_lives_with_who_has_it},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(chat, tests)
