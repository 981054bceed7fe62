using System.Text.RegularExpressions;
using Im.Tests.Client;

namespace Im.Tests.Docs;

/// <summary>What the documents name is there.</summary>
public sealed partial class LinkTests
{
    private const int MaxJourneyFiles = 25;

    public static TheoryData<string> Pages =>
    [
        "README.md", "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Path.Combine(NodePackages.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(NodePackages.Root, path)).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void Every_file_that_a_page_links_to_exists(string page) =>
        Assert.All(LinksOf(page), link => Assert.True(Path.Exists(link), $"{page} links to {Path.GetRelativePath(NodePackages.Root, link)}, which is not there."));

    [Fact]
    public void The_journey_of_a_message_is_read_in_25_files_at_most() => Assert.InRange(LinksOf("docs/message-journey.md").Distinct().Count(File.Exists), 10, MaxJourneyFiles);

    [Fact]
    public void The_page_of_a_new_kind_links_to_the_files_that_it_names()
    {
        var named = FileName().Matches(File.ReadAllText(Path.Combine(NodePackages.Root, "docs", "new-kind.md"))).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(LinksOf("docs/new-kind.md").Select(link => Path.GetFileName(link))));
    }

    private static IEnumerable<string> LinksOf(string page)
    {
        var path = Path.Combine(NodePackages.Root, page);
        return Link().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal) && link.Length > 0)
            .Select(link => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, link)));
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b[\w.]+\.(cs|ts|tsx|json|md)\b")]
    private static partial Regex FileName();
}
