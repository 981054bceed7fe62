using Im.Tests.Browser;
using Microsoft.Playwright;

namespace Im.Tests.Attack;

/// <summary>Script in every text a person can type, looked at in a real browser by somebody else.</summary>
[Collection(PageCollection.Name)]
[Trait("Category", "Attack")]
public sealed class ScriptAttacks(PageFixture im)
{
    private const string Nickname = "<svg/onload=x()>"; // 16 characters, all there are
    private const string Brief = "\"><img src=x onerror=x()><script>x()</script>";

    private static readonly string[] Texts =
    [
        "<script>x()</script>", "<img src=x onerror=x()>", "<iframe srcdoc='<script>parent.x()</script>'></iframe>", "[click](javascript:x())", "javascript:x()", "{{constructor.constructor('x()')()}}", "${x()}",
        "<a href='javascript:x()' onmouseover='x()'>here</a>", "</script><script>x()</script>", "<style>@import'javascript:x()'</style>", "\u2028x()\u2029",
    ];

    [Fact]
    public async Task Script_in_a_nickname_a_brief_and_a_message_is_text_to_whoever_sees_it()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await ChromiumBrowser.LaunchAsync(playwright);
        await using var attackers = await browser.NewContextAsync();
        await using var victims = await browser.NewContextAsync();
        await victims.AddInitScriptAsync("window.owned = 0; window.x = () => { window.owned++; };");
        var victim = await ChatPage.OpenAsync("the victim", victims, im.WebAddress);
        var attacker = await ChatPage.OpenAsync("the attacker", attackers, im.WebAddress);
        await attacker.LoginAsync(Nickname, "correct horse", Brief);
        foreach (var text in Texts)
            await attacker.SendAsync(text);

        // The last one is there, so are those before it: seen live, and again as history after a reload.
        for (var look = 0; look < 2; look++)
        {
            await Assertions.Expect(victim.Page.Locator("[data-testid=message]").Filter(new() { HasText = "<script>x()</script>" }).First).ToBeVisibleAsync();
            await Assertions.Expect(victim.Page.Locator("[data-testid=message]").Filter(new() { HasText = "@import" }).First).ToBeVisibleAsync();
            await Assertions.Expect(victim.Page.Locator("[data-testid=online-user]").Filter(new() { HasText = Nickname }).First).ToBeVisibleAsync();
            Assert.Equal(0, await victim.Page.EvaluateAsync<int>("() => window.owned"));
            Assert.Equal(0, await victim.Page.EvaluateAsync<int>("() => document.querySelectorAll('iframe, [onerror], [onload], [onmouseover], a[href^=\"javascript:\"], [data-testid=message] script, [data-testid=message] style').length"));
            await victim.Page.ReloadAsync();
            await victim.WaitUntilReadyAsync();
        }
    }
}
