/// The mark: a left and a right step.
let brandMark: HTML = """
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">\
    <ellipse cx="7.6" cy="9.2" rx="3.3" ry="4.9" transform="rotate(-9 7.6 9.2)"/>\
    <ellipse cx="9" cy="17.4" rx="2.2" ry="2.3"/>\
    <g class="second"><ellipse cx="16.6" cy="5.7" rx="3" ry="4.4" transform="rotate(9 16.6 5.7)"/>\
    <ellipse cx="15.4" cy="13.2" rx="2" ry="2.1"/></g></svg>
    """

/// The mark as an icon for the browser's tab, within what the Content-Security-Policy allows.
let brandIcon: HTML = """
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 viewBox=%270 0 24 24%27 \
    fill=%27%233d63dd%27%3E%3Cellipse cx=%277.6%27 cy=%279.2%27 rx=%273.6%27 ry=%275.2%27/%3E\
    %3Cellipse cx=%279%27 cy=%2718%27 rx=%272.5%27 ry=%272.5%27/%3E\
    %3Cellipse cx=%2717%27 cy=%275.7%27 rx=%273.3%27 ry=%274.8%27/%3E\
    %3Cellipse cx=%2715.8%27 cy=%2714%27 rx=%272.3%27 ry=%272.3%27/%3E%3C/svg%3E">
    """
