using System.Text.Json;
using Im.Tests.Client;
using Microsoft.Playwright;

namespace Im.Tests.Browser;

/// <summary>axe-core, the checker of accessibility, run in a page as it is shown.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string>> Source = new(() => File.ReadAllTextAsync(Path.Combine(NodePackages.Page, "node_modules", "axe-core", "axe.min.js")));

    /// <summary>Fails with what is wrong, and on which elements.</summary>
    /// <param name="rules">Null: all of WCAG 2.2 A and AA, and best practice.</param>
    public static async Task ExpectCleanAsync(IPage page, string view, params string[]? rules)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync($"() => {{ {await Source.Value} }}");
        var violations = await page.EvaluateAsync<JsonElement>("""
            async (rules) => {
              await Promise.all(document.getAnimations().map((each) => (each.effect.getComputedTiming().iterations === Infinity ? each.cancel() : each.finish())));
              const { violations } = await axe.run(document, rules?.length ? { runOnly: { type: 'rule', values: rules } } : {});
              return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} (${node.any[0]?.message ?? node.failureSummary})`).slice(0, 3).join(' | ')}`);
            }
            """, rules);
        Assert.True(violations.GetArrayLength() == 0, $"{view}: {string.Join("\n", violations.EnumerateArray())}");
    }
}
