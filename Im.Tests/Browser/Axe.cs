using System.Text.Json;
using Im.Tests.Hosting;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>axe-core, which finds what keeps people from using a page.</summary>
internal static class Axe
{
    private static readonly string Script = File.ReadAllText(Path.Combine(Repository.Path, "..", "Im.Web", "Page", "node_modules", "axe-core", "axe.min.js"));

    /// <summary>No violation anywhere on the page as it is now.</summary>
    public static async Task ExpectCleanAsync(IPage page, string view)
    {
        await page.EvaluateAsync(Script);
        await page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(each => each.effect.getTiming().iterations !== Infinity).map(each => each.finished.catch(() => {})))"); // half faded in, nothing has contrast
        var found = await page.EvaluateAsync<JsonElement>("() => axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n')}`))");
        Assert.True(found.GetArrayLength() == 0, $"{view}: {string.Join("\n\n", found.EnumerateArray())}");
    }
}
