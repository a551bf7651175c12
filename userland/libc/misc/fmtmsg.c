/* fmtmsg(): "label: severity: text\nTO FIX: action tag", of which MSGVERB names the parts for standard error. */
#include <fcntl.h>
#include <fmtmsg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LABEL = 1, SEVERITY = 2, TEXT = 4, ACTION = 8, TAG = 16, ALL = 31 };

/* An unknown word in MSGVERB makes it count for nothing. */
static int wished(void)
{
	static const char *const words[] = { "label", "severity", "text", "action", "tag" };
	const char *p = getenv("MSGVERB");
	int parts = 0;

	if (!p || !*p)
		return ALL;
	while (*p) {
		size_t length = strcspn(p, ":");
		int found = 0;

		for (int i = 0; i < 5; i++)
			if (strlen(words[i]) == length && !strncmp(p, words[i], length))
				found = 1 << i;
		if (!found)
			return ALL;
		parts |= found;
		p += length + (p[length] == ':');
	}
	return parts;
}

static int write_message(int fd, int parts, const char *label, const char *severity, const char *text,
			 const char *action, const char *tag)
{
	parts &= (label ? LABEL : 0) | (severity ? SEVERITY : 0) | (text ? TEXT : 0) | (action ? ACTION : 0) | (tag ? TAG : 0);
	return dprintf(fd, "%s%s%s%s%s%s%s%s%s%s\n", parts & LABEL ? label : "",
		       parts & LABEL && parts & ~LABEL ? ": " : "", parts & SEVERITY ? severity : "",
		       parts & SEVERITY && parts & (TEXT | ACTION | TAG) ? ": " : "", parts & TEXT ? text : "",
		       parts & TEXT && parts & (ACTION | TAG) ? "\n" : "", parts & ACTION ? "TO FIX: " : "",
		       parts & ACTION ? action : "", parts & ACTION && parts & TAG ? "  " : "", parts & TAG ? tag : "");
}

int fmtmsg(long class, const char *label, int severity, const char *text, const char *action, const char *tag)
{
	static const char *const severities[] = { NULL, "HALT", "ERROR", "WARNING", "INFO" };
	int result = MM_OK;

	if (severity < MM_NOSEV || severity > MM_INFO)
		return MM_NOTOK;
	if (label) {
		const char *colon = strchr(label, ':');

		if (!colon || colon - label > 10 || strlen(colon + 1) > 14)
			return MM_NOTOK;
	}
	if (class & MM_PRINT &&
	    write_message(STDERR_FILENO, wished(), label, severities[severity], text, action, tag) < 0)
		result |= MM_NOMSG;
	if (class & MM_CONSOLE) {
		int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);

		if (fd < 0 || write_message(fd, ALL, label, severities[severity], text, action, tag) < 0)
			result |= MM_NOCON;
		if (fd >= 0)
			close(fd);
	}
	return result == (MM_NOMSG | MM_NOCON) ? MM_NOTOK : result;
}
