#include <curl/curl.h>
#include <string.h>

// Swift cannot call curl_easy_setopt, whose arguments vary. One function sends one message.

struct footfall_mail {
    const char *url;        // smtp:// or smtps://, with user and password where there are any
    const char *from;       // envelope
    const char *to;
    const char *bytes;      // the message, CRLF at the end of each line
    size_t length;
    long milliseconds;      // after which it is given up
    int in_the_clear;       // whether TLS is not asked for: on the machine itself
};

static size_t footfall_mail_read(char *buffer, size_t size, size_t count, void *context) {
    struct footfall_mail *mail = context;
    size_t taken = size * count < mail->length ? size * count : mail->length;
    memcpy(buffer, mail->bytes, taken);
    mail->bytes += taken;
    mail->length -= taken;
    return taken;
}

// problem has room for CURL_ERROR_SIZE characters.
static inline CURLcode footfall_mail_send(struct footfall_mail mail, char *problem) {
    problem[0] = 0;
    CURL *handle = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, mail.to);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (handle && recipients) {
        curl_easy_setopt(handle, CURLOPT_URL, mail.url);
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(handle, CURLOPT_USE_SSL, (long)(mail.in_the_clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail.from);
        curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, footfall_mail_read);
        curl_easy_setopt(handle, CURLOPT_READDATA, &mail);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, mail.milliseconds);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, problem);
        code = curl_easy_perform(handle);
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(handle);
    return code;
}
