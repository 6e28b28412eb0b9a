/**
 * @file test_bindings.c  Users and what they are bound to
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/registrar/bindings.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define PHONE "sip:alice@192.0.2.1:5060"

static struct bindings *make(void)
{
	struct bindings *b = NULL;

	CU_ASSERT_EQUAL_FATAL(bindings_alloc(&b), 0);

	return b;
}


static struct bound *bind_one(struct bindings *b, const char *name,
			      const char *contact, uint64_t flow,
			      uint64_t expires_ms)
{
	struct bound *bd = NULL;

	CU_ASSERT_EQUAL_FATAL(bindings_add(b, name, &bd), 0);
	CU_ASSERT_EQUAL_FATAL(str_dup(&bd->contact, contact), 0);
	bd->expires_ms = expires_ms;
	bindings_updated(b, bd, flow);

	return bd;
}


static struct bound *find(const struct bindings *b, const char *contact,
			  const char *instance, uint32_t reg_id)
{
	struct pl c, i;

	pl_set_str(&c, contact);
	pl_set_str(&i, instance);

	return bindings_find(b, "alice", &c, &i, reg_id);
}


/** RFC 3261 section 19.1.4 */
static void a_contact_is_found_by_its_uri(void)
{
	static const struct {
		const char *bound, *asked;
		bool same;
	} rows[] = {
		{PHONE, PHONE, true},
		{PHONE, "SIP:alice@192.0.2.1:5060", true},
		{"sip:alice@Example.com", "sip:alice@eXample.com", true},
		{PHONE, "sip:Alice@192.0.2.1:5060", false},
		{PHONE, "sips:alice@192.0.2.1:5060", false},
		{PHONE, "sip:alice@192.0.2.1", false},
		{PHONE, "sip:alice@192.0.2.2:5060", false},
		{PHONE, "sip:192.0.2.1:5060", false},
		{"sip:a@x;transport=TCP", "sip:a@x;transport=tcp", true},
		{"sip:a@x;transport=tcp", "sip:a@x;transport=udp", false},
		{"sip:a@x;transport=tcp", "sip:a@x", false},
		{"sip:a@x;ob", "sip:a@x", true},
		{"sip:192.0.2.1", "sip:192.0.2.1", true},
		{"nonsense", "nonsense", true},
		{"nonsense", "sip:a@x", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bindings *b = make();
		struct bound *bd = bind_one(b, "alice", rows[i].bound, 1, 1);
		struct bound *found = find(b, rows[i].asked, "", 0);

		if ((found == bd) != rows[i].same)
			fprintf(stderr, "%s %s\n", rows[i].bound,
				rows[i].asked);
		CU_ASSERT_PTR_EQUAL(found, rows[i].same ? bd : NULL);
		mem_deref(b);
	}
}


/** RFC 5626 section 6: the same reg-id replaces, whatever its address is */
static void an_outbound_contact_is_found_by_instance_and_reg_id(void)
{
	struct bindings *b = make();
	struct bound *bd = bind_one(b, "alice", PHONE, 1, 1);

	CU_ASSERT_EQUAL(str_dup(&bd->instance, "<urn:uuid:1>"), 0);
	bd->reg_id = 2;
	CU_ASSERT_PTR_EQUAL(find(b, "sip:other@x", "<urn:uuid:1>", 2), bd);
	CU_ASSERT_PTR_NULL(find(b, PHONE, "<urn:uuid:1>", 1));
	CU_ASSERT_PTR_NULL(find(b, PHONE, "<urn:uuid:2>", 2));
	/* who has neither is found by its address */
	CU_ASSERT_PTR_EQUAL(find(b, PHONE, "", 0), bd);
	mem_deref(b);
}


static void the_newest_is_the_last_and_users_come_and_go(void)
{
	struct bindings *b = make();
	struct bound *one = bind_one(b, "alice", "sip:1@x", 1, 1);
	struct bound *two = bind_one(b, "alice", "sip:2@x", 1, 1);
	struct bound *bob = bind_one(b, "bob", "sip:3@x", 1, 1);
	const struct list *list = bindings_of(b, "alice");

	CU_ASSERT_EQUAL(bindings_count(b), 3);
	CU_ASSERT_EQUAL(bindings_users(b), 2);
	CU_ASSERT_PTR_EQUAL(list->tail->data, two);
	bindings_updated(b, one, 2);
	CU_ASSERT_PTR_EQUAL(list->tail->data, one);
	CU_ASSERT_EQUAL(list_count(list), 2);

	bindings_remove(b, bob);
	CU_ASSERT_PTR_NULL(bindings_of(b, "bob"));
	CU_ASSERT_EQUAL(bindings_users(b), 1);
	bindings_remove(b, one);
	bindings_remove(b, two);
	CU_ASSERT_EQUAL(bindings_count(b) + bindings_users(b), 0);
	mem_deref(b);
	CU_ASSERT_EQUAL(bindings_count(NULL) + bindings_users(NULL), 0);
	CU_ASSERT_PTR_NULL(bindings_of(NULL, "alice"));
}


static void a_flow_takes_those_with_it_that_are_tied(void)
{
	/* the last one is another flow in the same bucket */
	static const uint64_t flows[] = {7, 7, 8, 7 + (UINT64_C(1) << 32)};
	struct bindings *b = make();

	for (unsigned i = 0; i < 4; i++) {
		char contact[32];

		(void)snprintf(contact, sizeof(contact), "sip:%u@x", i);
		bind_one(b, i < 2 ? "alice" : "bob", contact, flows[i], 1)
			->tied = i != 1;
	}
	CU_ASSERT_EQUAL(bindings_flow_closed(b, 9), 0);
	CU_ASSERT_EQUAL(bindings_flow_closed(b, 7), 1);
	CU_ASSERT_EQUAL(bindings_count(b), 3);
	CU_ASSERT_PTR_NOT_NULL(find(b, "sip:1@x", "", 0));
	CU_ASSERT_EQUAL(bindings_flow_closed(b, 8), 1);
	CU_ASSERT_EQUAL(bindings_flow_closed(b, flows[3]), 1);
	CU_ASSERT_EQUAL(bindings_users(b), 1);
	CU_ASSERT_EQUAL(bindings_flow_closed(NULL, 7), 0);
	mem_deref(b);
}


static void what_is_over_goes_and_the_next_time_is_told(void)
{
	static const struct {
		uint64_t now_ms, next_ms;
		size_t left, users;
	} rows[] = {
		{99, 100, 4, 3},  {100, 150, 3, 3}, {149, 150, 3, 3},
		{299, 300, 1, 1}, {300, 0, 0, 0},   {400, 0, 0, 0},
	};
	struct bindings *b = make();

	bind_one(b, "alice", "sip:1@x", 1, 100);
	bind_one(b, "alice", "sip:2@x", 1, 300);
	bind_one(b, "bob", "sip:3@x", 1, 150);
	bind_one(b, "carol", "sip:4@x", 1, 200);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(bindings_expire(b, rows[i].now_ms),
				rows[i].next_ms);
		CU_ASSERT_EQUAL(bindings_count(b), rows[i].left);
		CU_ASSERT_EQUAL(bindings_users(b), rows[i].users);
	}
	CU_ASSERT_EQUAL(bindings_expire(NULL, 1), 0);
	mem_deref(b);
}


static void the_table_is_bounded(void)
{
	struct bindings *b = make();
	struct bound *bd = NULL;
	char name[32];

	for (unsigned i = 0; i < BINDINGS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i / 2);
		if (bindings_add(b, name, &bd))
			CU_FAIL("a binding");
		bindings_updated(b, bd, i);
	}
	CU_ASSERT_EQUAL(bindings_add(b, "more", &bd), ENOSPC);
	CU_ASSERT_PTR_NULL(bindings_of(b, "more"));
	bindings_remove(b, bd);
	CU_ASSERT_EQUAL(bindings_add(b, "more", &bd), 0);
	mem_deref(b);
}


static int add_two(void *arg)
{
	struct bindings *b = NULL;
	struct bound *bd = NULL;
	int err = bindings_alloc(&b);

	(void)arg;
	CU_ASSERT_EQUAL(!err, b != NULL);
	for (unsigned i = 0; !err && i < 2; i++) {
		err = bindings_add(b, "alice", &bd);
		if (!err)
			bindings_updated(b, bd, 1);
		/* no user without a binding */
		CU_ASSERT_EQUAL(bindings_users(b), bindings_count(b) > 0);
		CU_ASSERT_EQUAL(bindings_of(b, "alice") != NULL,
				bindings_count(b) > 0);
	}
	mem_deref(b);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(add_two, NULL);
}


static CU_TestInfo tests[] = {
	{"a contact is found by its URI", a_contact_is_found_by_its_uri},
	{"an outbound contact is found by instance and reg-id",
	 an_outbound_contact_is_found_by_instance_and_reg_id},
	{"the newest is the last, and users come and go",
	 the_newest_is_the_last_and_users_come_and_go},
	{"a flow takes those with it that are tied",
	 a_flow_takes_those_with_it_that_are_tied},
	{"what is over goes and the next time is told",
	 what_is_over_goes_and_the_next_time_is_told},
	{"the table is bounded", the_table_is_bounded},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(bindings, tests)
