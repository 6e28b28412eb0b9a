/**
 * @file test_config.c  parley.conf: values, errors, lines
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


static int parse(struct config **cp, const char *text, const char *override,
		 struct config_error *error)
{
	*cp = NULL;

	return config_parse(cp, "p.conf", text, text ? strlen(text) : 0,
			    &override, override ? 1 : 0, error);
}


static void defaults_serve_without_a_file(void)
{
	struct config_error error;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(parse(&c, NULL, NULL, &error), 0);
	CU_ASSERT_EQUAL(c->sip_listen_count, 1);
	CU_ASSERT_EQUAL(sa_port(&c->sip_listen[0]), 5060);
	CU_ASSERT_EQUAL(sa_port(&c->https_listen[0]), 8443);
	CU_ASSERT_TRUE(sa_is_loopback(&c->http_listen[0]));
	CU_ASSERT_EQUAL(c->rtp_port_min, 20000);
	CU_ASSERT_EQUAL(c->rtp_port_max, 29999);
	CU_ASSERT_EQUAL(c->video_width, 1280);
	CU_ASSERT(c->mixers >= 1);
	CU_ASSERT(c->media_address_count >= 1);
	CU_ASSERT(*c->control_socket && *c->data_dir && *c->mixer_program);

	/* loopback is there for tests, and last */
	for (size_t i = 0; i + 1 < c->media_address_count; i++)
		CU_ASSERT_FALSE(sa_is_loopback(&c->media_address[i]));
	mem_deref(c);
}


static void a_network_has_its_addresses(void)
{
	static const char text[] = "trusted_hosts 192.0.2.128/25\n"
				   "trusted_hosts 2001:db8::/33\n"
				   "trusted_hosts 198.51.100.7\n";
	static const struct {
		const char *address;
		bool in;
	} rows[] = {
		{"192.0.2.128", true},       {"192.0.2.255", true},
		{"192.0.2.127", false},      {"198.51.100.7", true},
		{"198.51.100.6", false},     {"2001:db8:7fff::1", true},
		{"2001:db8:8000::1", false}, {"::1", false},
	};
	struct config_error error;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(parse(&c, text, NULL, &error), 0);
	CU_ASSERT_EQUAL(c->trusted_hosts_count, 3);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sa sa;

		CU_ASSERT_EQUAL_FATAL(sa_set_str(&sa, rows[i].address, 0), 0);
		CU_ASSERT_EQUAL(config_network_has(c->trusted_hosts,
						   c->trusted_hosts_count,
						   &sa),
				rows[i].in);
	}
	mem_deref(c);
}


static void a_file_is_read(void)
{
	static const char text[] = "# a comment\n\n"
				   "  sip_listen\t127.0.0.1:0   # any port\r\n"
				   "sip_listen [::1]:5070\n"
				   "http_listen off\n"
				   "domain example.com\n"
				   "video_size 640x360\n"
				   "log_level debug\n"
				   "media_address 192.0.2.1\n"
				   "rtp_ports 30000-30099\n"
				   "mixers 2";
	struct config_error error;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(parse(&c, text, NULL, &error), 0);
	CU_ASSERT_EQUAL(c->sip_listen_count, 2);
	CU_ASSERT_EQUAL(sa_port(&c->sip_listen[0]), 0);
	CU_ASSERT_EQUAL(sa_af(&c->sip_listen[1]), AF_INET6);
	CU_ASSERT_EQUAL(c->http_listen_count, 0);
	CU_ASSERT_STRING_EQUAL(c->domain, "example.com");
	CU_ASSERT_EQUAL(c->video_height, 360);
	CU_ASSERT_EQUAL(c->log_level, LOG_LEVEL_DEBUG);
	CU_ASSERT_EQUAL(c->media_address_count, 1);
	CU_ASSERT_EQUAL(c->rtp_port_max, 30099);
	CU_ASSERT_EQUAL(c->mixers, 2);
	mem_deref(c);
}


static void mistakes_name_their_line(void)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"\nsip_lisen 1.2.3.4:1",
		 "p.conf:2: unknown key \"sip_lisen\"; did you mean "
		 "'sip_listen'?"},
		{"zzzzzzzzzzzzzz 1", "p.conf:1: unknown key "
				     "\"zzzzzzzzzzzzzz\""},
		{"domain", "p.conf:1: key 'domain' has no value"},
		{"domain # x", "p.conf:1: key 'domain' has no value"},
		{"mixers 1\nmixers 2", "p.conf:2: key 'mixers' is given "
				       "twice"},
		{"mixers -1", "p.conf:1: mixers: \"-1\" is not a number from "
			      "0 to 64"},
		{"mixers 65", "p.conf:1: mixers: \"65\" is not"},
		{"mixers 1x", "p.conf:1: mixers: \"1x\" is not"},
		{"sip_listen 5060", "p.conf:1: sip_listen: \"5060\" is not "
				    "ADDRESS:PORT"},
		{"sip_listen 0.0.0.0", "p.conf:1: sip_listen:"},
		{"sip_listen localhost:5060", "p.conf:1: sip_listen:"},
		{"sip_listen ::1", "p.conf:1: sip_listen:"},
		{"http_listen 0.0.0.0:80", "p.conf:1: http_listen: "
					   "\"0.0.0.0:80\" is not a loopback "
					   "address"},
		{"media_address 0.0.0.0", "p.conf:1: media_address:"},
		{"rtp_ports 20000", "p.conf:1: rtp_ports:"},
		{"rtp_ports 20001-20000", "p.conf:1: rtp_ports:"},
		{"rtp_ports 60000-70000", "p.conf:1: rtp_ports:"},
		{"video_size 1280*720", "p.conf:1: video_size:"},
		{"video_size 1281x720", "p.conf:1: video_size:"},
		{"layout star", "p.conf:1: layout: \"star\" is none of "
				"grid|speaker"},
		{"end_with_creator maybe",
		 "p.conf:1: end_with_creator: \"maybe\" is neither yes nor "
		 "no"},
		{"trusted_hosts 192.0.2.0/33",
		 "p.conf:1: trusted_hosts: \"192.0.2.0/33\" has more than 32 "
		 "bits"},
		{"trusted_hosts core.example", "p.conf:1: trusted_hosts:"},
		{"outbound_proxy core.example",
		 "p.conf:1: outbound_proxy: \"core.example\" is not a URI "
		 "like sip:192.0.2.1;lr"},
		{"outbound_proxy <sip:core.example;lr>",
		 "p.conf:1: outbound_proxy:"},
		{"account <sip:a@b.example>;auth_pas=hush",
		 "p.conf:1: account: has an unknown parameter auth_pas"},
		{"log_level loud", "p.conf:1: log_level:"},
		{"conference_names [a", "p.conf:1: conference_names: \"[a\" "
					"is not a pattern"},
		{"turn_uri turn:192.0.2.9", "p.conf:1: turn_uri: needs "},
		{"turn_secret hush", "p.conf:1: turn_secret: needs turn_uri"},
		{"turn_secret a\nturn_secret_file b",
		 "p.conf:2: turn_secret_file: stands beside turn_secret"},
		{"turn_secret_file /nowhere/at/all",
		 "p.conf:1: turn_secret_file: cannot be read"},
		{"turn_uri turn:192.0.2.9\nturn_secret_file /dev/null",
		 "p.conf:2: turn_secret_file: cannot be read"},
		{"turn_lifetime 601",
		 "p.conf:1: turn_lifetime: \"601\" is not "
		 "a number from 5 to 600"},
		{"tls_cert a.pem", "p.conf:1: tls_cert: goes together with "
				   "tls_key"},
		{"session_min_se 2000", "p.conf:1: session_min_se: is above"},
		{"mixers 64\nrtp_ports 20000-20100",
		 "p.conf:2: rtp_ports: are too few"},
		{"\x1b[2J 1", "p.conf:1: unknown key \"\""},
		/* what may be a secret is not said */
		{"turn_secrt=S3CRET", "p.conf:1: unknown key \"turn_secrt\"; "
				      "did you mean 'turn_secret'?"},
		{"turn_secret=S3CRET", "p.conf:1: key 'turn_secret' and its "
				       "value are not apart"},
		{"zzzz=S3CRET", "p.conf:1: unknown key \"zzzz\""},
	};
	struct config_error error;
	struct config *c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(parse(&c, rows[i].text, NULL, &error), EINVAL);
		if (strncmp(error.text, rows[i].words, strlen(rows[i].words)))
			fprintf(stderr, "row %zu: %s\n", i, error.text);
		CU_ASSERT_FALSE(strncmp(error.text, rows[i].words,
					strlen(rows[i].words)));
		CU_ASSERT_PTR_NULL(strstr(error.text, "S3CRET"));
		CU_ASSERT_PTR_NULL(c);
	}
}


static void the_command_line_replaces_the_file(void)
{
	static const char *const overrides[] = {"sip_listen=127.0.0.1:1",
						"sip_listen=127.0.0.1:2",
						"mixers=3", "mixers=4"};
	static const char text[] = "sip_listen 127.0.0.1:9\nmixers 1\n";
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL_FATAL(config_parse(&c, "p", text, strlen(text),
					   overrides, 4, &error),
			      0);
	CU_ASSERT_EQUAL(c->sip_listen_count, 2);
	CU_ASSERT_EQUAL(sa_port(&c->sip_listen[0]), 1);
	CU_ASSERT_EQUAL(c->mixers, 4);
	mem_deref(c);
}


static void mistakes_of_the_command_line_say_so(void)
{
	static const struct {
		const char *override, *words;
	} rows[] = {
		{"mixers", "-o: not key=value"},
		{"mixer=1", "-o: unknown key \"mixer\"; did you mean "
			    "'mixers'?"},
		{"mixers=x", "-o: mixers: \"x\" is not"},
	};
	struct config_error error;
	struct config *c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(parse(&c, NULL, rows[i].override, &error),
				EINVAL);
		CU_ASSERT_FALSE(strncmp(error.text, rows[i].words,
					strlen(rows[i].words)));
	}
}


static void a_missing_file_is_named(void)
{
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL(
		config_load(&c, "/nonexistent/p.conf", NULL, 0, &error),
		ENOENT);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nonexistent/p.conf"));
}


/** Every key stands in the commented file, with its default */
static void the_commented_file_has_every_key(void)
{
	static char text[65536];
	FILE *f = fopen("conf/parley.conf", "re");
	const char *key, *value;
	struct config_error error;
	struct config *c;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);

	CU_ASSERT_EQUAL(parse(&c, text, NULL, &error), 0);
	mem_deref(c);

	for (size_t i = 0; (key = config_key(i, &value)); i++) {
		char line[256];

		(void)snprintf(line, sizeof(line), "\n#%s%s%s\n", key,
			       *value ? " " : "", value);
		if (!strstr(text, line))
			fprintf(stderr, "missing:%s", line);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, line));
	}
}


static int parse_all(void *arg)
{
	struct config_error error = {""};
	struct config *c = NULL;
	int err = parse(&c, arg, "max_participants=7", &error);

	CU_ASSERT_EQUAL(!err, c != NULL);
	if (err) {
		/* and -t says why */
		CU_ASSERT(*error.text);
	}
	else {
		CU_ASSERT_EQUAL(c->max_participants, 7);
		CU_ASSERT_EQUAL(c->trusted_hosts_count, 2);
		CU_ASSERT_EQUAL(c->account_count, 1);
		CU_ASSERT_STRING_EQUAL(c->domain, "example.com");
		CU_ASSERT_STRING_EQUAL(c->ioi, "x");
	}
	mem_deref(c);

	return err;
}


/** Not even to a default is a value lost for lack of memory */
static void a_failing_allocation_is_an_error(void)
{
	static char text[] =
		"# comment\ndomain example.com\nioi x\n"
		"sip_listen 0.0.0.0:5060\nsip_listen [::]:5060\n"
		"trusted_hosts 192.0.2.0/24\ntrusted_hosts 2001:db8::/33\n"
		"account <sip:focus@a.example>;auth_pass=secret\n";

	failing_each(parse_all, text);
}

static void another_address_is_known_outside(void)
{
	static const char text[] =
		"sip_listen 0.0.0.0:5060/203.0.113.7\n"
		"sip_listen 10.0.0.4:5070/203.0.113.9:5075\n"
		"sip_listen [::]:5060\n"
		"sip_tls_listen 0.0.0.0:5061\n"
		"https_listen 10.0.0.4:8443/203.0.113.7:443\n"
		"media_address 10.0.0.4/203.0.113.8\n"
		"media_address fd00::4/2001:db8::7\n"
		"media_address 10.0.0.5\n";
	static const struct {
		enum config_service of;
		const char *ours, *outside;
	} rows[] = {
		{CONFIG_SERVICE_SIP, "0.0.0.0:5060", "203.0.113.7:5060"},
		{CONFIG_SERVICE_SIP, "10.0.0.4:5060", "203.0.113.7:5060"},
		{CONFIG_SERVICE_SIP, "10.0.0.9:5060", "203.0.113.7:5060"},
		{CONFIG_SERVICE_SIP, "10.0.0.4:5070", "203.0.113.9:5075"},
		/* where media goes signalling goes, too */
		{CONFIG_SERVICE_SIP, "[fd00::4]:5060", "[2001:db8::7]:5060"},
		{CONFIG_SERVICE_SIP, "[fd00::5]:5060", "[fd00::5]:5060"},
		{CONFIG_SERVICE_SIP_TLS, "10.0.0.4:5061", "203.0.113.8:5061"},
		{CONFIG_SERVICE_SIP_TLS, "10.0.0.5:5061", "10.0.0.5:5061"},
		{CONFIG_SERVICE_SIP_TLS, "0.0.0.0:5061", "0.0.0.0:5061"},
		{CONFIG_SERVICE_HTTPS, "10.0.0.4:8443", "203.0.113.7:443"},
		{CONFIG_SERVICE_NONE, "10.0.0.4:0", "203.0.113.8:0"},
		/* who is on this host is on no other side */
		{CONFIG_SERVICE_SIP, "127.0.0.1:5060", "127.0.0.1:5060"},
	};
	struct config_error error;
	struct config *c;
	size_t i;

	CU_ASSERT_EQUAL_FATAL(parse(&c, text, NULL, &error), 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char is[64];
		struct sa sa;

		CU_ASSERT_EQUAL_FATAL(
			sa_decode(&sa, rows[i].ours, strlen(rows[i].ours)), 0);
		config_advertise(c, rows[i].of, &sa);
		(void)re_snprintf(is, sizeof(is), "%J", &sa);
		CU_ASSERT_STRING_EQUAL(is, rows[i].outside);
	}
	for (i = 0; config_advertised(c, i); i++)
		;
	CU_ASSERT_EQUAL(i, 5);
	mem_deref(c);
}


static void a_wildcard_is_the_first_address(void)
{
	struct config_error error;
	struct config *c, *standard;

	CU_ASSERT_EQUAL_FATAL(parse(&standard, NULL, NULL, &error), 0);
	CU_ASSERT_EQUAL_FATAL(
		parse(&c, NULL, "media_address=0.0.0.0/203.0.113.7", &error),
		0);
	CU_ASSERT_EQUAL(c->media_address_count, 1);
	CU_ASSERT(sa_cmp(&c->media_address[0], &standard->media_address[0],
			 SA_ADDR));
	CU_ASSERT_EQUAL(sa_port(&c->media_address[0]), 0);
	mem_deref(standard);
	mem_deref(c);
}


static void values_know_where_they_stand(void)
{
	static const char *const overrides[] = {"mixers=3"};
	static const char text[] = "\nsip_listen 127.0.0.1:1\n"
				   "mixers 1\nsip_listen 127.0.0.1:2\n"
				   "https_listen off\n";
	static const struct {
		const char *key;
		size_t i;
		const char *where;
	} rows[] = {
		{"sip_listen", 0, "p:2"},
		{"sip_listen", 1, "p:4"},
		{"mixers", 0, "-o"},
		{"webrtc_port", 0, "default"},
		{"sip_tls_listen", 0, "default"},
	};
	struct config_error error;
	struct config *c = NULL;
	char where[64];

	CU_ASSERT_EQUAL_FATAL(config_parse(&c, "p", text, strlen(text),
					   overrides, 1, &error),
			      0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_STRING_EQUAL(config_where(c, rows[i].key, rows[i].i,
						    where, sizeof(where)),
				       rows[i].where);
	mem_deref(c);
}


static void count_h(const char *words, void *arg)
{
	unsigned *count = arg;

	++*count;
	CU_ASSERT_PTR_NOT_NULL(strstr(words, "-o: "));
}


static void all_mistakes_are_told(void)
{
	static const char *const overrides[] = {"mixer=1", "mixers=x",
						"sip_listen=1", "tls_cert=a",
						"log_level=debug"};
	struct config *c = NULL;
	unsigned count = 0;

	CU_ASSERT_EQUAL(
		config_load_all(&c, NULL, overrides, 5, count_h, &count),
		EINVAL);
	CU_ASSERT_PTR_NULL(c);
	CU_ASSERT_EQUAL(count, 4);
	CU_ASSERT_EQUAL(
		config_load_all(&c, NULL, overrides + 4, 1, count_h, &count),
		0);
	CU_ASSERT_EQUAL(count, 4);
	mem_deref(c);
}


static CU_TestInfo tests[] = {
	{"defaults serve without a file", defaults_serve_without_a_file},
	{"a file is read", a_file_is_read},
	{"a network has its addresses", a_network_has_its_addresses},
	{"mistakes name their line", mistakes_name_their_line},
	{"the command line replaces the file",
	 the_command_line_replaces_the_file},
	{"mistakes of the command line say so",
	 mistakes_of_the_command_line_say_so},
	{"a missing file is named", a_missing_file_is_named},
	{"the commented file has every key", the_commented_file_has_every_key},
	{"another address is known outside", another_address_is_known_outside},
	{"a wildcard is the first address", a_wildcard_is_the_first_address},
	{"values know where they stand", values_know_where_they_stand},
	{"all mistakes are told", all_mistakes_are_told},
	{"a failing allocation is an error", a_failing_allocation_is_an_error},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(config, tests)
