using System.Net.Http.Json;
using Im.Protocol;
using Im.Tests.Fixtures;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>The page on a web server and two nodes in this process, and one Chromium: for what a person sees and does. Classes that need processes to end take <see cref="ImAppFixture"/>.</summary>
public class PageFixture : TwoNodes
{
    private IPlaywright? _playwright;

    internal IBrowser Chromium { get; private set; } = null!;

    /// <summary>The page.</summary>
    public Uri WebAddress => Address;

    /// <summary>Accounts for those tests to which it does not matter whose they are: logging in is slow on purpose.</summary>
    internal People People => field ??= new(Address);

    /// <summary>All tests come from one address.</summary>
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Limits:Logins:Burst", "100000"), new("Demonstration", "true"), new("Dashboard:Address", "http://dashboard.test")];

    /// <summary>Who loads the page anew may take as long as a busy machine needs.</summary>
    protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => [new("Demonstration", "true"), new("Presence:ReturnTime", "00:01:00")];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _playwright = await Playwright.CreateAsync();
        Chromium = await ChromiumBrowser.LaunchAsync(_playwright);
    }

    public override async Task DisposeAsync()
    {
        await Chromium.DisposeAsync();
        _playwright?.Dispose();
        await base.DisposeAsync();
    }

    internal async Task<IReadOnlyList<NodeInfo>> GetNodesAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        return await http.GetFromJsonAsync("/api/nodes", ProtocolJson.Default.IReadOnlyListNodeInfo) ?? [];
    }

    /// <returns>The names of both.</returns>
    internal async Task<(string One, string Two)> WaitForTwoNodesAsync()
    {
        await WhenWholeAsync();
        return ("node-1", "node-2");
    }

    /// <summary>A browser of its own, with the session of <paramref name="user"/>: nobody has to fill in the login.</summary>
    internal async Task<IBrowserContext> NewContextAsync(ChatUser? user = null, BrowserNewContextOptions? options = null)
    {
        var context = await Chromium.NewContextAsync(options);
        if (user is not null)
            await context.AddCookiesAsync(user.Cookies.GetCookies(Address).Select(each => new Microsoft.Playwright.Cookie { Name = each.Name, Value = each.Value, Url = Address.ToString() }));
        return context;
    }
}

/// <summary>Classes that share one such system run one after the other, and beside all others: none may depend on how fast something is.</summary>
[CollectionDefinition(Name)]
public sealed class PageCollection : ICollectionFixture<PageFixture>
{
    public const string Name = "The page";
}
