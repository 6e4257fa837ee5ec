/// Current user agents, written by hand, and what a person would say of each.
///
/// One a line: browser, its major version, system, its major version, kind of device, the user agent; `-` for unknown.
/// Where they matter, then the client hints brands, platform and mobile, and `touch`.
enum GoldenAgents {
    static let text = #"""
        # Chrome
        Chrome | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36
        Chrome | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138" | "Windows" | ?0
        Chrome | 139 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36
        Chrome | 139 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 | "Not;A=Brand";v="99", "Google Chrome";v="139", "Chromium";v="139" | "macOS" | ?0
        Chrome | 140 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36
        Chrome | 137 | Chrome OS | - | desktop | Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36
        Chrome | 137 | Chrome OS | - | desktop | Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 | "Google Chrome";v="137", "Chromium";v="137", "Not/A)Brand";v="24" | "Chrome OS" | ?0
        Chrome | 138 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36
        Chrome | 138 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36 | "Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138" | "Android" | ?1
        Chrome | 138 | Android | - | tablet | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36
        Chrome | 138 | Android | - | tablet | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138" | "Android" | ?0
        Chrome | 99 | Android | - | mobile | Mozilla/5.0 (Linux; Android 11; SM-A515F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36
        Chrome | 138 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1
        Chrome | 138 | iOS | 18 | tablet | Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1
        Chrome | 109 | Windows | - | desktop | Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36
        Chrome | 114 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36
        Chrome | 138 | Windows | - | desktop |  | "Google Chrome";v="138", "Chromium";v="138", "Not)A;Brand";v="8" | "Windows" | ?0
        Chrome | 138 | Android | - | mobile |  | "Google Chrome";v="138", "Chromium";v="138", "Not)A;Brand";v="8" | "Android" | ?1
        Chromium | 138 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Chromium";v="138", "Not)A;Brand";v="8" | "Linux" | ?0
        Chromium | 85 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Ubuntu Chromium/85.0.4183.83 Chrome/85.0.4183.83 Safari/537.36
        Chrome | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Some New Browser";v="3", "Chromium";v="138", "Not)A;Brand";v="8" | "Windows" | ?0

        # Safari
        Safari | 18 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15
        Safari | 26 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15
        Safari | 18 | iOS | 18 | tablet | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15 | - | - | - | touch
        Safari | 17 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1
        Safari | 18 | iOS | 18 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1
        Safari | 26 | iOS | 26 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1
        Safari | 26 | iOS | 26 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1 | - | - | - | touch
        Safari | 16 | iOS | 16 | tablet | Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1
        Safari | 12 | iOS | 12 | mobile | Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1
        Safari | 13 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.2 Safari/605.1.15
        Safari | 17 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15
        iOS WebView | - | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148
        iOS WebView | - | iOS | - | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148
        iOS WebView | - | iOS | 16 | tablet | Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 SomeReader/3.2

        # Firefox
        Firefox | 141 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0
        Firefox | 115 | Windows | - | desktop | Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0
        Firefox | 140 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0
        Firefox | 128 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
        Firefox | 128 | Linux | - | desktop | Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
        Firefox | 139 | Linux | - | desktop | Mozilla/5.0 (Wayland; Linux aarch64; rv:139.0) Gecko/20100101 Firefox/139.0
        Firefox | 141 | Android | 14 | mobile | Mozilla/5.0 (Android 14; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0
        Firefox | 136 | Android | 13 | tablet | Mozilla/5.0 (Android 13; Tablet; rv:136.0) Gecko/136.0 Firefox/136.0
        Firefox | 141 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/141.0 Mobile/15E148 Safari/605.1.15
        Firefox | 141 | iOS | - | tablet | Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:141.0) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/141.0 Safari/605.1.15 | - | - | - | touch
        Firefox | 130 | Other | - | desktop | Mozilla/5.0 (X11; FreeBSD amd64; rv:130.0) Gecko/20100101 Firefox/130.0
        Firefox | 130 | Other | - | desktop | Mozilla/5.0 (X11; OpenBSD amd64; rv:130.0) Gecko/20100101 Firefox/130.0
        Firefox Focus | 8 | Android | - | mobile | Mozilla/5.0 (Linux; Android 9; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Focus/8.0.16 Chrome/74.0.3729.157 Mobile Safari/537.36
        Firefox Focus | 8 | Android | - | tablet | Mozilla/5.0 (Linux; Android 9; SM-T510) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Klar/8.0.16 Chrome/74.0.3729.157 Safari/537.36
        Firefox Focus | 122 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Focus/122.0 Mobile/15E148 Safari/605.1.15

        # Edge
        Edge | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0
        Edge | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0 | "Not)A;Brand";v="8", "Chromium";v="138", "Microsoft Edge";v="138" | "Windows" | ?0
        Edge | 138 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0
        Edge | 136 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0
        Edge | 138 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36 EdgA/138.0.0.0
        Edge | 137 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_7_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 EdgiOS/137.0.3296.92 Mobile/15E148 Safari/605.1.15
        Edge | 18 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763
        Edge | 44 | Windows | - | console | Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.102 Safari/537.36 Edge/44.18363.8131
        Edge | 128 | Windows | - | console | Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0

        # Samsung Internet
        Samsung Internet | 28 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36
        Samsung Internet | 27 | Android | - | tablet | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Safari/537.36
        Samsung Internet | 16 | Android | - | mobile | Mozilla/5.0 (Linux; Android 12; SAMSUNG SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/16.0 Chrome/92.0.4515.166 Mobile Safari/537.36
        Samsung Internet | 28 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36 | "Chromium";v="130", "Samsung Internet";v="28.0", "Not?A_Brand";v="99" | "Android" | ?1

        # Opera
        Opera | 120 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36 OPR/120.0.0.0
        Opera | 120 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36 OPR/120.0.0.0 | "Opera";v="120", "Not-A.Brand";v="8", "Chromium";v="135" | "Windows" | ?0
        Opera | 118 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 OPR/118.0.0.0 (Edition GX)
        Opera | 118 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 | "Not(A:Brand";v="99", "Opera GX";v="118", "Chromium";v="133" | "Windows" | ?0
        Opera | 89 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Mobile Safari/537.36 OPR/89.0.0.0
        Opera | 5 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1 OPT/5.4.1
        Opera | 12 | Windows | - | desktop | Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18
        Opera Mini | 16 | iOS | 15 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) OPiOS/16.0.15.124050 Mobile/15E148 Safari/9537.53
        Opera Mini | 80 | Android | - | mobile | Opera/9.80 (Android; Opera Mini/80.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16
        Opera Mini | 4 | Other | - | mobile | Opera/9.80 (J2ME/MIDP; Opera Mini/4.5.40312/191.303; U; en) Presto/2.12.423 Version/12.16
        Opera Mini | 83 | Android | 11 | mobile | Mozilla/5.0 (Linux; U; Android 11; SM-A125F Build/RP1A.200720.012; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.123 Mobile Safari/537.36 OPR/83.0.2254.72617 Opera Mini/83.0

        # Other browsers of their own
        Internet Explorer | 11 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko
        Internet Explorer | 10 | Windows | - | desktop | Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Win64; x64; Trident/6.0)
        Internet Explorer | 11 | Windows | - | desktop | Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; Tablet PC 2.0)
        Internet Explorer | 11 | Windows | - | mobile | Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 630) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537
        Yandex Browser | 25 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36
        Yandex Browser | 25 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36 | "Chromium";v="136", "YaBrowser";v="25.6", "Not.A/Brand";v="99", "Yowser";v="2.5" | "Windows" | ?0
        Yandex Browser | 24 | Android | - | mobile | Mozilla/5.0 (Linux; arm_64; Android 13; M2101K6G) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.130 YaBrowser/24.7.3.130.00 SA/3 Mobile Safari/537.36
        Yandex Browser | 25 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 YaBrowser/25.4.2.301.10 SA/3 Mobile/15E148 Safari/604.1
        UC Browser | 13 | Android | - | mobile | Mozilla/5.0 (Linux; U; Android 12; en-US; RMX3081 Build/RKQ1.211119.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.7.2.1636 Mobile Safari/537.36
        UC Browser | 11 | iOS | 12 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X; en-US) AppleWebKit/537.51.1 (KHTML, like Gecko) Mobile/16A366 UCBrowser/11.0.8.1144 Mobile
        Brave | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Not)A;Brand";v="8", "Chromium";v="138", "Brave";v="138" | "Windows" | ?0
        Brave | 138 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "Brave";v="138", "Not)A;Brand";v="8", "Chromium";v="138" | "macOS" | ?0
        Brave | 137 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36 | "Brave";v="137", "Chromium";v="137", "Not/A)Brand";v="24" | "Android" | ?1
        Vivaldi | 7 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36 Vivaldi/7.4.3684.38
        Vivaldi | 7 | Linux | - | desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36 | "Chromium";v="136", "Vivaldi";v="7.4", "Not.A/Brand";v="99" | "Linux" | ?0
        DuckDuckGo | 17 | macOS | - | desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15 Ddg/17.5
        DuckDuckGo | 17 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 DuckDuckGo/17 Safari/605.1.15
        DuckDuckGo | 5 | Android | - | mobile | Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile DuckDuckGo/5 Safari/537.36
        DuckDuckGo | 138 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "DuckDuckGo";v="138", "Chromium";v="138", "Not)A;Brand";v="8" | "Windows" | ?0
        Whale | 4 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Whale/4.31.304.16 Safari/537.36
        Whale | 1 | Android | - | mobile | Mozilla/5.0 (Linux; Android 13; SM-S901N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.5481.65 Whale/1.0.0.0 Crosswalk/28.110.0.42 Mobile Safari/537.36
        QQ Browser | 15 | Android | - | mobile | Mozilla/5.0 (Linux; U; Android 13; zh-cn; V2231A Build/TP1A.220624.014) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0.5414.86 MQQBrowser/15.2 Mobile Safari/537.36 COVC/046511
        QQ Browser | 13 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.71 Safari/537.36 Core/1.94.202.400 QQBrowser/13.0.6093.400
        MIUI Browser | 14 | Android | - | mobile | Mozilla/5.0 (Linux; U; Android 13; en-us; 2201117TG Build/TKQ1.221114.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.7.0-gn
        Huawei Browser | 15 | Android | - | mobile | Mozilla/5.0 (Linux; Android 12; ABR-LX9; HMSCore 6.14.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36
        Huawei Browser | 14 | HarmonyOS | - | mobile | Mozilla/5.0 (Linux; Android 10; HarmonyOS; NOH-AN00; HMSCore 6.12.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/14.0.2.311 Mobile Safari/537.36
        Huawei Browser | 5 | HarmonyOS | - | mobile | Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300
        Huawei Browser | 5 | HarmonyOS | - | tablet | Mozilla/5.0 (Tablet; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 HuaweiBrowser/5.1.1.300
        Huawei Browser | 5 | HarmonyOS | - | desktop | Mozilla/5.0 (PC; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.0.0.47 HuaweiBrowser/5.1.6.300
        Silk | 126 | Android | - | tablet | Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/126.6.4 like Chrome/126.0.6478.210 Safari/537.36
        Silk | 122 | Android | - | tv | Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML, like Gecko) Silk/122.2.6 like Chrome/122.0.6261.137 Safari/537.36
        Puffin | 10 | Android | - | mobile | Mozilla/5.0 (Linux; Android 12; SM-A125F Build/SP1A.210812.016) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Mobile Safari/537.36 Puffin/10.3.1.51566AP
        Ecosia | 138 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36 | "Ecosia";v="138", "Chromium";v="138", "Not)A;Brand";v="8" | "Android" | ?1
        HeyTap Browser | 45 | Android | - | mobile | Mozilla/5.0 (Linux; U; Android 14; en-in; CPH2591 Build/UKQ1.230924.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/115.0.5790.168 Mobile Safari/537.36 HeyTapBrowser/45.11.8.1.1
        vivo Browser | 13 | Android | 14 | mobile | Mozilla/5.0 (Linux; Android 14; V2318 Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/123.0.6312.118 Mobile Safari/537.36 VivoBrowser/13.2.0.2 | - | "Android" | ?1
        Coc Coc | 121 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/121.0.146 Chrome/115.0.5790.146 Safari/537.36
        Coc Coc | 136 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 | "Chromium";v="130", "Coc Coc";v="136", "Not?A_Brand";v="99" | "Windows" | ?0
        Maxthon | 7 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 Maxthon/7.1.8
        Seznam | 12 | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 SznProhlizec/12.5.1
        Aloha | 5 | Android | - | mobile | Mozilla/5.0 (Linux; Android 13; 22101320G) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 AlohaBrowser/5.10.4
        Meta Quest | 33 | Android | - | other | Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/33.1.0.10.56 Chrome/124.0.6367.118 VR Safari/537.36 | "Chromium";v="124", "Oculus Browser";v="33", "Not-A.Brand";v="99" | "Android" | ?0
        Electron | 31 | Windows | - | desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) notes/2.1.0 Chrome/126.0.6478.185 Electron/31.3.1 Safari/537.36
        Android Browser | 4 | Android | 4 | mobile | Mozilla/5.0 (Linux; U; Android 4.1.2; de-de; GT-I9300 Build/JZO54K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30

        # Pages within apps
        Android WebView | 126 | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-G991B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36
        Android WebView | 138 | Android | - | mobile | Mozilla/5.0 (Linux; Android 10; K; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0.0.0 Mobile Safari/537.36
        Android WebView | 138 | Android | 14 | mobile | Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240805.005; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36 | "Not)A;Brand";v="8", "Chromium";v="138", "Android WebView";v="138" | "Android" | ?1
        Facebook | 471 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 [FBAN/FBIOS;FBAV/471.1.0.38.109;FBBV/617106364;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]
        Facebook | 530 | iOS | 26 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/23A341 [FBAN/FBIOS;FBAV/530.0.0.47.109;FBDV/iPhone17,1;FBMD/iPhone;FBSN/iOS;FBSV/26.0;FBSS/3;FBLC/en_US;FBOP/5]
        Facebook | 472 | Android | 14 | mobile | Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/472.0.0.45.79;IABMV/1;]
        Messenger | 460 | iOS | 16 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20H19 [FBAN/MessengerForiOS;FBAV/460.0.0.34.108;FBDV/iPhone10,4;FBMD/iPhone;FBSN/iOS;FBSV/16.7;FBSS/2;FBLC/de_DE]
        Messenger | 459 | Android | 12 | mobile | Mozilla/5.0 (Linux; Android 12; SM-A217F Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 [FB_IAB/MESSENGER;FBAV/459.0.0.54.109;]
        Instagram | 338 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 Instagram 338.0.3.34.92 (iPhone14,5; iOS 17_5_1; en_US; en; scale=3.00; 1170x2532; 618023787)
        Instagram | 400 | iOS | 26 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/23A341 Instagram 400.0.0.26.73 (iPhone16,2; iOS 26_0; de_DE; de; scale=3.00; 1290x2796)
        Instagram | 339 | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-A525F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 Instagram 339.0.0.30.105 Android (33/13; 420dpi; 1080x2176; samsung; SM-A525F; a52q; qcom; de_DE; 619461206)
        Threads | 340 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Barcelona 340.0.0.27.101 (iPhone15,2; iOS 17_5; en_US; en; scale=3.00; 1179x2556)
        TikTok | - | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_35.1.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/de Region/DE BytedanceWebview/d8a21c6
        TikTok | - | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-G781B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36 trill_350103 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly ByteLocale/de BytedanceWebview/d8a21c6
        Snapchat | 12 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Snapchat/12.94.0.34 (like Safari/8618.2.12.10.9, panda)
        Pinterest | - | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]
        Pinterest | - | Android | 12 | mobile | Mozilla/5.0 (Linux; Android 12; M2007J20CG Build/SKQ1.211019.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 [Pinterest/Android]
        LinkedIn | 9 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.29.7781
        X | 10 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/10.45
        X | - | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-A526B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 TwitterAndroid
        WeChat | 8 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN
        WeChat | 8 | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; V2231A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64
        LINE | 14 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/14.9.0
        LINE | 14 | Android | 14 | mobile | Mozilla/5.0 (Linux; Android 14; Pixel 7a Build/AP1A.240505.004; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 Line/14.9.1/IAB
        KakaoTalk | 10 | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-S911N Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36;KAKAOTALK 10.7.5
        Naver | - | Android | 13 | mobile | Mozilla/5.0 (Linux; Android 13; SM-S911N Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 NAVER(inapp; search; 2000; 12.7.3)
        Google App | 325 | iOS | 17 | mobile | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/325.0.647062479 Mobile/15E148 Safari/604.1
        Google App | 15 | Android | 14 | mobile | Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A.240505.005; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.122 Mobile Safari/537.36 GSA/15.25.33.28.arm64
        Baidu | 13 | Android | 12 | mobile | Mozilla/5.0 (Linux; Android 12; NOH-AN00 Build/HUAWEINOH-AN00; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 T7/13.66 baiduboxapp/13.66.0.10 (Baidu; P1 12)

        # Televisions, consoles and the rest
        - | - | Smart TV | - | tv | Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.41 (KHTML, like Gecko) Large Screen WebAppManager Safari/537.41
        Chrome | 94 | Smart TV | - | tv | Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager
        Samsung Internet | 3 | Smart TV | - | tv | Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/3.2 Chrome/76.0.3809.146 TV Safari/537.36
        Chrome | 108 | Smart TV | - | tv | Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 Chrome/108.0.5359.1 TV Safari/537.36
        Chrome | 90 | Smart TV | - | tv | Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/SmartSpeaker
        Chrome | 114 | Android | - | tv | Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH2 Build/STT2.230203.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 Safari/537.36 TV
        - | - | Smart TV | - | tv | Roku/DVP-12.5 (12.5.0.4178-88)
        - | - | Smart TV | - | tv | AppleCoreMedia/1.0.0.21M71 (Apple TV; U; CPU OS 17_6 like Mac OS X; en_us)
        - | - | Game console | - | console | Mozilla/5.0 (PlayStation 4 11.50) AppleWebKit/605.1.15 (KHTML, like Gecko)
        - | - | Game console | - | console | Mozilla/5.0 (PlayStation; PlayStation 5/8.40) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 Safari/605.1.15
        - | - | Game console | - | console | Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474
        Firefox | 48 | KaiOS | - | mobile | Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5
        Firefox | 84 | KaiOS | - | mobile | Mozilla/5.0 (Mobile; Nokia 2780 Flip; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.1
        - | - | Other | - | wearable | BBCNewsUKWatchApp/4.3.0 (Watch1,2; watchOS 10.2.2)
        Chrome | 109 | Linux | - | other | Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.5414.119 Safari/537.36 Tesla/2024.20.7-e4d4e8c
        - | - | Linux | - | tablet | Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Kindle/3.0+

        # Programs
        - | - | - | - | bot | Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
        - | - | Android | - | bot | Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.7204.49 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
        - | - | - | - | bot | Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)
        - | - | Linux | - | bot | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36
        - | - | Linux | - | bot | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 | "HeadlessChrome";v="138", "Chromium";v="138", "Not)A;Brand";v="8" | "Linux" | ?0
        - | - | - | - | - | curl/8.5.0
        - | - | - | - | - | SomethingWeNeverKnewExisted
        Chrome | 113 | Android | - | mobile | Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Mobile Safari/537.36
        """#

    /// One of them.
    struct Agent: Sendable, CustomStringConvertible {
        var facts: [String]
        var userAgent: String
        var brands: String
        var platform: String
        var isMobile: Bool?
        var touch: Bool

        var description: String { userAgent.isEmpty ? brands : userAgent }
    }

    /// All of them.
    static var all: [Agent] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " | ", omittingEmptySubsequences: false).map {
                $0 == "-" || $0 == " " ? "" : String($0)
            }
            func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
            return Agent(
                facts: Array(parts.prefix(5)), userAgent: part(5), brands: part(6), platform: part(7),
                isMobile: part(8).isEmpty ? nil : part(8) == "?1", touch: part(9) == "touch")
        }
    }
}
