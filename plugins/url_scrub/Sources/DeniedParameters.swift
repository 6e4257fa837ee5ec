/// Names of parameters that carry secrets or tell one person from another: the default of the setting `deny`.
enum DeniedParameters {
    static let names = sessions + secrets + people + clicks + recipients

    static let sessions = [
        "sid", "phpsessid", "jsessionid", "aspsessionid*", "sessionid", "session_id", "session", "cfid", "cftoken",
        "osccsid", "zenid",
    ]

    static let secrets = [
        "token", "access_token", "refresh_token", "id_token", "auth", "authorization", "auth_token", "csrf_token",
        "code",
        "state", "nonce", "ticket", "key", "api_key", "apikey", "api-key", "sig", "signature", "x-amz-*", "password",
        "passwd", "pwd", "secret", "client_secret", "otp", "pin", "reset", "reset_token", "magic", "invite",
        "samlresponse",
        "samlrequest",
    ]

    static let people = [
        "email", "e-mail", "e_mail", "email_address", "mail", "name", "first_name", "firstname", "last_name",
        "lastname",
        "surname", "fullname", "full_name", "phone", "tel", "telephone", "mobile", "address", "street", "zip",
        "zipcode",
        "postcode", "dob", "birthday", "birthdate", "ssn", "iban", "user", "username", "user_name", "user_id", "userid",
        "uid", "login", "customer", "customer_id", "member", "member_id", "account", "ip", "lat", "lng", "lon",
    ]

    /// Ids of one click on an advertisement.
    static let clicks = [
        "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid", "fbclid", "igshid",
        "msclkid", "twclid", "ttclid", "li_fat_id", "yclid", "ysclid", "_openstat", "epik", "sccid", "rdt_cid", "qclid",
        "irclickid", "irgwc", "cjevent", "clickid", "click_id", "rb_clickid", "s_kwcid", "ef_id", "tblci", "obclid",
        "awc", "wickedid", "_ga", "_gl",
    ]

    /// Ids of one receiver of a newsletter.
    static let recipients = [
        "mc_eid", "mkt_tok", "_hsenc", "__hssc", "__hstc", "__hsfp", "hsctatracking", "oly_enc_id", "oly_anon_id",
        "vero_id", "vero_conv", "ml_subscriber", "ml_subscriber_hash", "ck_subscriber_id", "_kx", "__s", "_bta_tid",
        "_bta_c", "trk_contact", "trk_msg", "trk_module", "trk_sid", "dm_i", "sc_uid", "sc_eh", "elqtrackid", "elqat",
        "bsft_uid", "bsft_eid", "nr_email_referer", "_ke",
    ]
}
