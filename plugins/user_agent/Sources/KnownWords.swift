/// The words that mean something in a user agent, lower case, several of one meaning in one line.
enum KnownWords {
    /// Words that name a browser, with their rank.
    static let browsers: [(names: String, browser: Browser, rank: UInt8, need: Word.Need)] = [
        // What most others call themselves too.
        ("safari", .safari, 10, .nothing), ("firefox minefield fennec", .firefox, 20, .number),
        ("msie trident", .internetExplorer, 25, .number), ("iemobile", .internetExplorer, 26, .number),
        ("chrome crmo", .chrome, 30, .number), ("chromium", .chromium, 31, .slash), ("electron", .electron, 35, .slash),
        // Browsers of a firm, which say so after all.
        ("fxios", .firefox, 40, .slash), ("crios", .chrome, 40, .slash),
        ("edge edg edga edgios edgw", .edge, 40, .slash),
        ("samsungbrowser", .samsungInternet, 40, .slash), ("opr opt opx", .opera, 40, .slash),
        ("opera", .opera, 40, .number), ("opios", .operaMini, 41, .slash),
        ("yabrowser yasearchbrowser", .yandex, 41, .slash), ("ucweb", .uc, 42, .slash),
        ("ucbrowser ubrowser", .uc, 43, .slash), ("brave", .brave, 40, .slash), ("vivaldi", .vivaldi, 41, .slash),
        ("duckduckgo ddg", .duckDuckGo, 41, .slash), ("silk", .silk, 41, .slash),
        ("qqbrowser mqqbrowser", .qq, 41, .nothing), ("miuibrowser", .miui, 41, .slash),
        ("huaweibrowser", .huawei, 41, .slash), ("whale", .whale, 41, .slash), ("puffin", .puffin, 41, .slash),
        ("focus klar", .firefoxFocus, 41, .slash), ("ecosia", .ecosia, 41, .nothing),
        ("baidubrowser bidubrowser baiduboxapp", .baidu, 41, .nothing), ("maxthon mxbrowser", .maxthon, 41, .number),
        ("heytapbrowser", .heyTap, 41, .slash), ("vivobrowser", .vivo, 41, .slash),
        ("sznprohlizec", .seznam, 41, .slash), ("alohabrowser", .aloha, 41, .slash),
        ("oculusbrowser", .metaQuest, 41, .slash),
        // Apps that show pages within themselves.
        ("gsa", .googleApp, 50, .slash), ("fban fbav fbios iab", .facebook, 50, .nothing),
        ("messengerforios", .messenger, 53, .nothing), ("instagram", .instagram, 52, .number),
        ("barcelona", .threads, 52, .number), ("snapchat", .snapchat, 50, .slash),
        ("pinterest", .pinterest, 50, .nothing),
        ("linkedinapp", .linkedIn, 50, .nothing), ("tiktok musically trill bytedancewebview", .tikTok, 50, .nothing),
        ("twitter twitterandroid", .x, 50, .nothing), ("micromessenger", .weChat, 50, .slash),
        ("line", .line, 50, .slash),
        ("kakaotalk", .kakaoTalk, 50, .number), ("naver", .naver, 50, .nothing),
    ]

    /// Words that say something of system or device.
    static let marks: [(names: String, marks: Marks)] = [
        ("windows win winnt", .windows), ("windowsphone windowsce iemobile wds xblwp", [.windows, .windowsPhone]),
        ("macintosh mac macos macosx osx macoutlook", .mac), ("darwin cfnetwork", .darwin),
        ("macbook macbookpro macbookair macmini imac macpro", .macModel),
        ("iphone ipod iph ipd", .iPhone), ("ipad", .iPad), ("ios crios fxios edgios opios opx ipados", .iosApp),
        ("android adr juc", .android), ("linux ubuntu debian fedora gentoo mandriva redhat", .linux),
        ("cros", .chromeOS),
        ("harmonyos openharmony harmony", .harmony), ("kaios", .kaiOS),
        ("googletv netcast roku webtv nettv appletv tvos viera bravia crkey hbbtv maple", [.tv, .tvSystem]),
        ("smarttv philipstv mitv tv firetv", .tv), ("tizen", .tizen),
        ("playstation nintendo psp dreamcast", .console), ("xbox", .xbox),
        (
            "symbian symbianos symbos series blackberry bb playbook bada meego maemo sailfish brew bmp webos hpwos rim"
                + " midp jme jvm", .otherPhone
        ),
        (
            "freebsd openbsd netbsd dragonfly sunos solaris haiku beos amiga amigaos irix aix bsd serenityos hpux",
            .otherDesktop
        ),
        ("mobile mobi", .mobile), ("tablet", .tablet), ("kindle nook kobo", .tablet), ("watch watchos wear", .wearable),
        ("oculusbrowser quest tesla qtcarbrowser", .oddDevice), ("wv", .webView), ("gecko", .gecko),
        ("applewebkit webkit", .webKit), ("silk", .silk), ("phone", .phone), ("pc", .personalComputer),
        ("headlesschrome phantomjs", .bot),
    ]

    /// Words whose meaning depends on what stands around them.
    static let roles: [(names: String, role: Role)] = [
        ("like", .like), ("opera", .opera), ("mini", .mini), ("uc", .uc), ("coc", .coc), ("browser", .browser),
        ("version", .version), ("chrome crmo", .chrome), ("os", .os), ("ios", .ios), ("android", .android),
        ("windows", .windows), ("phone ce", .phone), ("mobile", .mobile), ("tablet", .tablet), ("trident", .trident),
        ("msie ie", .msie), ("iemobile", .ieMobile), ("fbav", .fbav), ("fbsv", .fbsv), ("iab", .iab),
        ("messenger", .messenger), ("http https", .http), ("x", .letterX), ("i", .letterI), ("s", .letterS),
        ("iphone ipad", .appleDevice),
    ]
}
