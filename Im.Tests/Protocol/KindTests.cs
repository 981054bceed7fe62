using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Im.Core.Kinds;
using Im.Protocol;
using Im.Tests.Client;

namespace Im.Tests.Protocol;

/// <summary>A kind that is forgotten somewhere is said to be: the protocol page has it, the TypeScript client has its content, and the page shows it where it is a line.</summary>
public sealed class KindTests
{
    public static TheoryData<string> Names => [.. EventKinds.All.Select(kind => kind.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_kind_is_in_the_protocol_pages_table_as_it_is(string name)
    {
        var kind = EventKinds.Find(name)!;
        var shape = EventKinds.Shapes.Single(one => one.Name == name);
        var row = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "protocol.md")).SkipWhile(line => line != "### Kinds").Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Single(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
        Assert.Equal(shape.IsLine ? "yes" : "no", row[2]);
        Assert.Equal(kind.TargetKind is { } target ? $"a `{target}` line" : row[3], row[3]);
        Assert.Equal(kind.Effect is { } effect ? $"`{JsonNamingPolicy.CamelCase.ConvertName($"{effect}")}`" : "–", row[4]);
        Assert.Equal(kind.IsForClients, row[7] != "the server alone");
        foreach (var field in kind.ContentType.GetProperties())
        {
            Assert.Contains($"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name)}`", row[6], StringComparison.Ordinal);
            if (field.GetCustomAttribute<SizeAttribute>() is not { } size)
                continue;
            Assert.Contains(size.Most.ToString("N0", CultureInfo.InvariantCulture), row[6], StringComparison.Ordinal);
            if (size.EachMost >= 0 && field.PropertyType.GenericTypeArguments is [var item] && item == typeof(string))
                Assert.Contains($"{size.EachLeast}–{size.EachMost}", row[6], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_protocol_pages_table_has_no_kind_that_there_is_not() => Assert.Equal(
        EventKinds.All.Select(kind => kind.Name),
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "protocol.md")).SkipWhile(line => line != "### Kinds").Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Select(line => Regex.Match(line, "^\\| `(\\w+)` \\|")).Where(match => match.Success).Select(match => match.Groups[1].Value));

    [Fact]
    public void The_TypeScript_client_has_the_content_and_the_effect_of_each_kind()
    {
        var source = File.ReadAllText(Path.Combine(NodePackages.Page, "client", "src", "kinds.ts"));
        var contents = Regex.Match(source, @"interface Contents \{(.*?)\n\}", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(EventKinds.All.Select(kind => kind.Name).Order(), Regex.Matches(contents, @"^  (\w+):", RegexOptions.Multiline).Select(match => match.Groups[1].Value).Order());
        var effects = Regex.Match(source, @"effectOf[^=]*= \{(.*?)\}", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(
            EventKinds.All.Where(kind => kind.Effect is not null).Select(kind => $"{kind.Name}: '{JsonNamingPolicy.CamelCase.ConvertName($"{kind.Effect}")}'").Order(),
            Regex.Matches(effects, @"\w+: '\w+'").Select(match => match.Value).Order());
    }

    [Fact]
    public void The_page_shows_each_kind_that_is_a_line()
    {
        var views = Regex.Match(File.ReadAllText(Path.Combine(NodePackages.Page, "app", "src", "kinds", "kinds.ts")), @"views[^=]*= \{(.*?)\}", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(EventKinds.Shapes.Where(kind => kind.IsLine).Select(kind => kind.Name).Order(), Regex.Matches(views, @"(\w+):").Select(match => match.Groups[1].Value).Order());
    }
}
