namespace Im.Core.Search;

/// <summary>Settings of the search's index, section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>False: this node does not index. Of those that do one works, so at least one has to; else nothing new is found.</summary>
    public bool Indexes { get; set; } = true;
}
