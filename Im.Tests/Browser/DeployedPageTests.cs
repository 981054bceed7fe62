using System.Text.RegularExpressions;
using Im.Tests.Fixtures;
using Im.Tests.Hosting;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>What comes of a page that is open, or kept, when the server has a newer one; and what is there before the script is.</summary>
public sealed partial class DeployedPageTests(DeployedPageTests.Deployment im) : IClassFixture<DeployedPageTests.Deployment>
{
    private static readonly BrowserNewContextOptions WithoutWorker = new() { ServiceWorkers = ServiceWorkerPolicy.Block };

    [Fact]
    public async Task Without_its_script_the_page_is_painted_in_the_theme_that_was_chosen_and_nothing_moves_when_it_comes()
    {
        await using var context = await im.NewContextAsync(options: new() { ServiceWorkers = ServiceWorkerPolicy.Block, ColorScheme = ColorScheme.Light });
        await context.AddInitScriptAsync("localStorage.setItem('im.theme', 'dark'); window.shifts = 0; new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifts += each.value; }).observe({ type: 'layout-shift', buffered: true });");
        var page = await context.NewPageAsync();
        var script = new TaskCompletionSource();
        await page.RouteAsync("**/assets/page-*.js", async route =>
        {
            await script.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(im.Address.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator(".shell .wordmark").WaitForAsync();
        await page.WaitForFunctionAsync("() => performance.getEntriesByName('first-contentful-paint').length > 0");
        Assert.Equal("rgb(19, 22, 20)", await page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor"));
        var box = await page.Locator(".shell .bar-title").BoundingBoxAsync();

        script.SetResult();
        await page.Locator("[data-testid=connection-state][data-phase=ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.GetByTestId("guest-prompt").WaitForAsync();
        await Assertions.Expect(page.Locator(".shell")).ToHaveCountAsync(0);
        var now = await page.Locator(".bar-title").BoundingBoxAsync();
        Assert.Equal((box!.X, box.Y, box.Width, box.Height), (now!.X, now.Y, now.Width, now.Height));
        Assert.InRange(await page.EvaluateAsync<double>("() => window.shifts"), 0, 0.02);
    }

    [Fact]
    public async Task A_part_that_cannot_be_fetched_says_so_and_can_be_tried_again_and_after_a_new_build_the_page_offers_to_reload()
    {
        await using var context = await im.NewContextAsync(options: WithoutWorker);
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        await context.SetOfflineAsync(true);
        await page.Find("login-open").ClickAsync();
        await Assertions.Expect(page.Find("part-missing")).ToHaveAttributeAsync("data-outdated", "false");
        await context.SetOfflineAsync(false);
        // Chromium asks for a module that failed no second time, so the page is loaded anew.
        await page.Page.EvaluateAsync("() => { window.isOld = true; }");
        await page.Find("part-retry").ClickAsync();
        await page.Page.WaitForFunctionAsync("() => !window.isOld");
        await page.WaitUntilReadyAsync();
        await page.Find("login-open").ClickAsync();
        await page.Find("login-nickname").WaitForAsync();

        await using var another = await im.NewContextAsync(options: WithoutWorker); // which has no part of this build in its cache
        var old = await ChatPage.OpenAsync("old", another, im.Address);
        var before = await Deployment.ScriptOf(old.Page);
        im.Build();
        await old.Find("login-open").ClickAsync();
        await Assertions.Expect(old.Find("part-missing")).ToHaveAttributeAsync("data-outdated", "true");
        await old.Find("part-retry").ClickAsync();
        await old.Page.WaitForFunctionAsync("before => !document.querySelector(`script[src='${before}']`)", before);
        await old.WaitUntilReadyAsync();
        await old.Find("login-open").ClickAsync();
        await old.Find("login-nickname").WaitForAsync();
    }

    [Fact]
    public async Task A_kept_page_never_stands_before_a_newer_one_and_an_open_one_hears_of_it()
    {
        await using var context = await im.NewContextAsync();
        var open = await ChatPage.OpenAsync("open", context, im.Address);
        await open.Page.EvaluateAsync("async () => { await navigator.serviceWorker.ready; }");
        var before = await Deployment.ScriptOf(open.Page);
        im.Build();

        // The next load is the new page, though the old one's worker answers for it; and that worker gives way.
        var next = await ChatPage.OpenAsync("next", context, im.Address);
        await Eventually.TrueAsync(async () => await Deployment.ScriptOf(next.Page) != before || await LoadAgainAsync(next), seconds: 60);
        var after = await Deployment.ScriptOf(next.Page);
        await Assertions.Expect(open.Find("new-version")).ToHaveAttributeAsync("data-shown", "true", new() { Timeout = 30_000 });
        await Assertions.Expect(next.Find("new-version")).ToHaveAttributeAsync("data-shown", "false");

        // What the old page has not fetched yet is kept for it, though no server has it any more.
        await open.Page.BringToFrontAsync();
        await open.Find("login-open").ClickAsync();
        await open.Find("login-nickname").PressAsync("Escape");
        await open.Find("new-version-reload").ClickAsync();
        await open.WaitUntilReadyAsync();
        Assert.Equal(after, await Deployment.ScriptOf(open.Page));
        await Assertions.Expect(open.Find("new-version")).ToHaveAttributeAsync("data-shown", "false");

        // Of all builds two are kept, and without a network the newest is shown.
        im.Build();
        var newest = await ChatPage.OpenAsync("newest", context, im.Address);
        await Eventually.TrueAsync(async () => await Deployment.ScriptOf(newest.Page) != after || await LoadAgainAsync(newest), seconds: 60);
        var script = await Deployment.ScriptOf(newest.Page);
        await Eventually.TrueAsync(() => newest.Page.EvaluateAsync<bool>("""
            async script => {
              const names = (await caches.keys()).filter(name => name.startsWith('im.page '));
              const page = await caches.match('/', { cacheName: names.at(-1) });
              return names.length === 2 && (await page?.text())?.includes(script) === true;
            }
            """, script), seconds: 60);
        await context.SetOfflineAsync(true);
        await newest.Page.ReloadAsync();
        await Assertions.Expect(newest.Find("connection-state")).ToHaveAttributeAsync("data-shown", "true");
        Assert.Equal(script, await Deployment.ScriptOf(newest.Page));
    }

    // A server that answers later than 3 s is as good as none.
    private static async Task<bool> LoadAgainAsync(ChatPage page)
    {
        await page.Page.ReloadAsync();
        return false;
    }

    [Fact]
    public async Task The_page_can_be_installed()
    {
        await using var context = await im.NewContextAsync();
        var page = await ChatPage.OpenAsync("page", context, im.Address);
        var devTools = await context.NewCDPSessionAsync(page.Page);
        var manifest = (await devTools.SendAsync("Page.getAppManifest"))!.Value;
        Assert.Empty(manifest.GetProperty("errors").EnumerateArray());
        Assert.Contains("\"display\": \"standalone\"", manifest.GetProperty("data").GetString());
        var errors = (await devTools.SendAsync("Page.getInstallabilityErrors"))!.Value.GetProperty("installabilityErrors").EnumerateArray().Select(error => error.GetProperty("errorId").GetString());
        Assert.DoesNotContain(errors, error => error is not "in-incognito");
    }

    /// <summary>A server of its own, whose page is a copy that can become another build.</summary>
    public sealed partial class Deployment : PageFixture
    {
        private readonly ServersFolder _folder = new();
        private int _builds;

        protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. base.Settings, new("webroot", _folder["page"]), new("staticWebAssets", _folder["assets.json"])];

        public override async Task InitializeAsync()
        {
            var built = Path.Combine(Repository.Path, "Im.Web", "wwwroot");
            foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is not (".br" or ".gz")))
            {
                var copy = Path.Combine(_folder["page"], Path.GetRelativePath(built, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
            await File.WriteAllTextAsync(_folder["assets.json"], $$"""
                {"ContentRoots":["{{_folder["page"]}}/"],"Root":{"Children":null,"Asset":null,"Patterns":[{"ContentRootIndex":0,"Pattern":"**","Depth":0}] } }
                """);
            await base.InitializeAsync();
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            _folder.Dispose();
        }

        public static Task<string> ScriptOf(IPage page) => page.Locator("script[type=module]").Last.EvaluateAsync<string>("script => script.getAttribute('src')");

        /// <summary>As a build that changes everything: other names with other hashes, and the old files are gone.</summary>
        public void Build()
        {
            var hash = $"{++_builds:00000000}";
            var files = Directory.GetFiles(_folder["page"], "*", SearchOption.AllDirectories);
            var names = files.Where(file => Path.GetDirectoryName(file)!.EndsWith("assets", StringComparison.Ordinal)).Select(file => Path.GetFileName(file))
                .ToDictionary(name => name, name => $"{name[..(Path.GetFileNameWithoutExtension(name).Length - 8)]}{hash}{Path.GetExtension(name)}");
            foreach (var file in files.Where(file => Path.GetExtension(file) is ".js" or ".css" or ".html"))
                File.WriteAllText(file, WorkersBuild().Replace(names.Aggregate(File.ReadAllText(file), (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal)), $"+\"{hash}\"", 1));
            foreach (var file in files.Where(file => names.ContainsKey(Path.GetFileName(file))))
                File.Move(file, Path.Combine(Path.GetDirectoryName(file)!, names[Path.GetFileName(file)]));
        }

        /// <summary>In the worker: what it keeps the page under.</summary>
        [GeneratedRegex("(?<=im\\.page .{0,12})\\+\"[\\w-]{8}\"")]
        private static partial Regex WorkersBuild();
    }
}
